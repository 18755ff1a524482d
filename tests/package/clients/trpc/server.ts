// A tRPC application, as in tRPC's documentation. Posts are added, and each subscriber gets the
// posts after the last one that it has received.

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
				// The subscription listens before it reads the old posts, so that it misses none in
				// between.
				const more = on(added, "post", { signal });
				let sent = Number(input?.lastEventId ?? 0);
				for (;;) {
					for (; sent < posts.length; sent++) {
						yield tracked(String(sent + 1), posts[sent]);
						// This event has no ID of its own. tRPC restores the previous ID with an
						// event for which there are no listeners.
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
	// By default, `cors` allows all headers that a preflight names, including Last-Event-ID.
	return { router, handle: createHTTPHandler({ router, createContext, basePath: "/trpc/", middleware: cors() }) };
}

export type AppRouter = ReturnType<typeof create>["router"];
