// A page with a tRPC client. The hooks are two options of httpSubscriptionLink: `EventSource` for
// the class, and `eventSourceOptions` for the options of its constructor.

import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "headwater";
import type { AppRouter } from "./server.ts";

const query = new URLSearchParams(location.search);
const url = `${query.get("server") ?? ""}/trpc`;
const text = (id: string) => document.getElementById(id) as HTMLElement;
const list = (value: unknown) => {
	text("values").append(Object.assign(document.createElement("li"), { textContent: JSON.stringify(value) }));
};

const trpc = createTRPCClient<AppRouter>({
	links: [
		splitLink({
			condition: ({ type }) => type === "subscription",
			true: httpSubscriptionLink({
				url,
				EventSource,
				connectionParams: async () => ({ room: "lobby" }),
				eventSourceOptions: ({ op }) => ({
					headers: { "x-tenant": "blue" },
					// tRPC gets the options once, and a token may expire before its subscription ends.
					request: ({ attempt }) => ({ headers: { authorization: `for ${op.path}, ${attempt}` } }),
				}),
			}),
			false: httpLink({ url }),
		}),
	],
});

const handlers = {
	onData: list,
	onConnectionStateChange: ({ state, error }: { state: string; error: { message: string } | null }) => {
		text("states").textContent += `${state}${error ? ` (${error.message})` : ""}; `;
	},
	onComplete: () => list("complete"),
	onError: ({ message }: { message: string }) => list(`failed: ${message}`),
};

const subscribe = {
	posts: () =>
		trpc.posts.subscribe(undefined, {
			...handlers,
			onData: (value) => typeof value !== "string" && list([value.id, value.data]),
		}),
	caller: () => trpc.caller.subscribe(undefined, handlers),
	three: () => trpc.three.subscribe(undefined, handlers),
	forbidden: () => trpc.forbidden.subscribe(undefined, handlers),
};
const name = (query.get("subscribe") ?? "posts") as keyof typeof subscribe;
const subscription = subscribe[name]();

text("add").onclick = () => trpc.add.mutate((text("post") as HTMLInputElement).value);
text("unsubscribe").onclick = () => subscription.unsubscribe();
