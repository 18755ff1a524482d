// Owns a tRPC application as tRPC's documentation shows one: posts are added, and whoever has subscribed gets them, from the
// one behind the last that he has.

import { EventEmitter, on } from "node:events";
import { initTRPC, TRPCError, tracked } from "@trpc/server";
import { type CreateHTTPContextOptions, createHTTPHandler } from "@trpc/server/adapters/standalone";
import cors from "cors";

type Context = Record<"authorization" | "tenant" | "room", string | undefined>;

const createContext = ({ req, info }: CreateHTTPContextOptions): Context => ({
	authorization: req.headers.authorization,
	tenant: req.headersDistinct["x-tenant"]?.join(),
	room: info.connectionParams?.room,
});

export function create() {
	const t = initTRPC.context<Context>().create({
		sse: { ping: { enabled: true, intervalMs: 250 }, client: { reconnectAfterInactivityMs: 5_000 } },
	});
	const posts: string[] = [];
	const added = new EventEmitter();
	const router = t.router({
		add: t.procedure.input(String).mutation(({ input }) => {
			posts.push(input);
			added.emit("post", posts.length);
		}),
		posts: t.procedure
			.input((input) => input as { lastEventId?: string } | undefined)
			.subscription(async function* ({ input, signal }) {
				// Before the old ones are looked at, so that none falls between.
				const more = on(added, "post", { signal });
				let sent = Number(input?.lastEventId ?? 0);
				for (;;) {
					for (; sent < posts.length; sent++) {
						yield tracked(String(sent + 1), posts[sent]);
						// Without an id of its own; tRPC restores the other by an event that nobody listens to.
						yield "seen";
					}
					await more.next();
				}
			}),
		caller: t.procedure.subscription(async function* ({ ctx, signal }) {
			yield ctx;
			await new Promise((done) => signal?.addEventListener("abort", done));
		}),
		three: t.procedure.subscription(async function* () {
			yield* [1, 2, 3];
		}),
		forbidden: t.procedure.subscription(async function* (): AsyncGenerator<string> {
			yield "before";
			throw new TRPCError({ code: "FORBIDDEN", message: "not for you" });
		}),
	});
	// With its defaults it allows the headers that a preflight asks for, Last-Event-ID among them.
	return { router, handle: createHTTPHandler({ router, createContext, basePath: "/trpc/", middleware: cors() }) };
}

export type AppRouter = ReturnType<typeof create>["router"];
