// The rules for ending `fetchEventSource()` by its signal or by leaving the page. It can be ended
// in every state. It ends at once and permanently, and leaves nothing behind. All rules are
// [non-spec].

import { hide, show } from "../support/visibility.ts";
import { type InPage, LAST, SOON, sentIds, test } from "./callbacks.ts";
import { eventStream, events, expect, send } from "./support.ts";

interface Leaving {
	url: "hanging" | "never" | "ended" | "busy";
	/**
	 * The members of the init, as JavaScript. One of them calls `leave`. Without them, the test
	 * leaves when the server has received the request.
	 */
	init?: string;
	told: string[];
	/** The number of requests that the server sees. Default: 1. */
	requests?: 0;
}

const LEAVING: Record<string, Leaving> = {
	"while request is called": {
		url: "hanging",
		init: "request: () => { setTimeout(leave); return new Promise(() => {}); }",
		told: [],
		requests: 0,
	},
	"while it connects": { url: "never", told: [] },
	"in a fetch of the caller's": {
		url: "never",
		init: "fetch: (...given) => { leave(); return new Promise(() => {}); }",
		told: [],
		requests: 0,
	},
	"in onopen": { url: "hanging", init: "onopen: leave", told: ["open 200"] },
	"in onopen, which then throws": {
		url: "busy",
		init: `onopen: () => { leave(); throwMine(); }`,
		told: ["open 503"],
	},
	"while onopen is awaited": {
		url: "hanging",
		init: "onopen: () => { setTimeout(leave); return new Promise(() => {}); }",
		told: ["open 200"],
	},
	"while onopen is awaited, which then throws": {
		url: "ended",
		init: `onopen: () => new Promise((_, reject) => setTimeout(() => { leave(); reject(mine); }))`,
		told: ["open 200"],
	},
	"in onmessage": { url: "hanging", init: "onmessage: leave", told: ["a"] },
	"in onmessage, which then throws": {
		url: "hanging",
		init: `onmessage: () => { leave(); throwMine(); }`,
		told: ["a"],
	},
	"while it is open": {
		url: "hanging",
		init: `onmessage: ({ data }) => data === "c" && setTimeout(leave)`,
		told: ["a", "b", "c"],
	},
	"in until": { url: "hanging", init: `until: ({ data }) => data === "b" && leave()`, told: ["a"] },
	"in until, which returns true": { url: "hanging", init: "until: () => { leave(); return true; }", told: [] },
	"in onclose": { url: "ended", init: "onclose: leave", told: ["a", "close"] },
	"in onclose, which then throws": {
		url: "ended",
		init: `onclose: () => { leave(); throwMine(); }`,
		told: ["a", "close"],
	},
	"in onerror, which returns a number": {
		url: "busy",
		init: "onerror: () => { leave(); return 0; }",
		told: ["Error status"],
	},
	"in onerror, which then throws": {
		url: "busy",
		init: `onerror: () => { leave(); throwMine(); }`,
		told: ["Error status"],
	},
	"while it waits": {
		url: "busy",
		init: "onerror: () => { setTimeout(leave); return 50; }",
		told: ["Error status"],
	},
};

for (const [state, { url, init = "", told, requests = 1 }] of Object.entries(LEAVING)) {
	// behavior 14.7
	test(`an abort ${state} fulfills the promise, closes the socket, and nothing follows`, async ({ lab }) => {
		const urls: Record<Leaving["url"], string> = {
			hanging: lab.script(eventStream(send(events("a", "b", "c")), "hang")),
			never: lab.url("/never-answers"),
			ended: lab.script(eventStream(send(events("a")))),
			busy: lab.script("status=503|send=busy"),
		};
		await lab.ours(
			({ kept }, { url, init }) => {
				const { story } = globalThis as unknown as InPage;
				const controller = new AbortController();
				const leave = () => controller.abort("mine");
				const given = new Function("leave", `return {${init}}`)(leave);
				const told: string[] = [];
				const left = story(url, { ...given, method: "POST", signal: controller.signal }, told);
				Object.assign(kept, { leave, left, told });
			},
			{ url: urls[url], init },
		);
		await expect.poll(async () => (await lab.log()).opened).toBe(requests);
		await lab.ours(async ({ kept }, leaves) => {
			if (leaves) {
				(kept.leave as () => void)();
			}
			await kept.left;
			// This is longer than the wait before the reconnection.
			await new Promise((resolve) => setTimeout(resolve, 100));
		}, init === "");
		await lab.expectNoSockets();
		expect(await lab.ours(({ kept }) => kept.told)).toEqual([...told, "fulfilled"]);
		expect((await lab.log()).opened).toBe(requests);
	});
}

test("an abort before the module is loaded sends nothing", async ({ lab }) => {
	await lab.ours(
		async ({ fetchEventSource }, url) => {
			const controller = new AbortController();
			const left = fetchEventSource(url, { signal: controller.signal });
			controller.abort();
			await left;
			// When this request has been sent, the module is loaded.
			await fetchEventSource(url, { method: "POST" });
		},
		lab.script(eventStream(send(events("a")))),
	);
	expect((await lab.requests()).map(({ method }) => method)).toEqual(["POST"]);
});

test("with a signal that is already aborted no callback is called and nothing is sent", async ({ lab }) => {
	const told = await lab.ours(async ({ fetchEventSource, tasks }, url) => {
		const told: string[] = [];
		const names = ["onopen", "onmessage", "onclose", "onerror", "fetch", "request", "until"];
		const callbacks = Object.fromEntries(names.map((name) => [name, () => void told.push(name)]));
		await fetchEventSource(url, { ...callbacks, signal: AbortSignal.abort() });
		await tasks();
		return told;
	}, lab.url("/silent"));
	expect(told).toEqual([]);
	expect((await lab.log()).opened).toBe(0);
});

test("after each kind of end no listener stays on the signal", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource, listeners }, { ended, missing }) => {
			const { controller, called } = listeners();
			const { signal } = controller;
			const { throwMine } = globalThis as unknown as InPage;
			const ends = [
				fetchEventSource(ended, { signal }),
				fetchEventSource(ended, { signal, until: () => true }),
				fetchEventSource(missing, { signal }),
				fetchEventSource(ended, { signal, onopen: throwMine, onerror: throwMine }),
				fetchEventSource(ended, { signal, onmessage: throwMine, method: "POST" }),
				fetchEventSource(ended, { signal, onclose: throwMine, method: "POST" }),
			];
			const settled = await Promise.allSettled(ends);
			controller.abort();
			// As a control: the listener of an open source is called.
			const open = listeners();
			const left = fetchEventSource(ended, { signal: open.controller.signal });
			open.controller.abort();
			await left;
			return { settled: settled.map(({ status }) => status), called, ofOpen: open.called };
		},
		{ ended: lab.script(eventStream(send(events("a")))), missing: lab.url("/404") },
	);
	const settled = ["fulfilled", "fulfilled", ...Array(4).fill("rejected")];
	expect(outcome).toEqual({ settled, called: [], ofOpen: ["abort"] });
});

// behavior 14.12
test("openWhenHidden: false silently pauses a GET while the page is hidden, and never a POST", async ({ tab }) => {
	const script = [eventStream(send("id: 7\ndata: a\n\n"), "hang"), eventStream(send("data: b\n\n"))];
	const labs = { GET: tab.apart("GET"), POST: tab.apart("POST"), "by default": tab.apart("default") };
	await tab.ours(
		({ fetchEventSource, kept }, urls) => {
			const controller = new AbortController();
			kept.leave = () => controller.abort();
			kept.told = Object.entries(urls).map(([name, url]) => {
				const told: string[] = [];
				const init = name === "by default" ? {} : { method: name, openWhenHidden: false };
				fetchEventSource(url, {
					...init,
					signal: controller.signal,
					onmessage: ({ data }) => void told.push(data),
					onerror: ({ reason }) => void told.push(reason),
				}).then(() => told.push("fulfilled"));
				return told;
			});
		},
		Object.fromEntries(Object.entries(labs).map(([name, one]) => [name, one.script(script[0]!, script[1]!)])),
	);
	const told = () => tab.ours(({ kept }) => kept.told);
	await expect.poll(told).toEqual([["a"], ["a"], ["a"]]);
	await hide(tab.page);
	await labs.GET.expectNoSockets();
	expect(await told()).toEqual([["a"], ["a"], ["a"]]);
	await show(tab.page);
	await expect.poll(told).toEqual([["a", "b", "fulfilled"], ["a"], ["a"]]);
	await tab.ours(({ kept }) => (kept.leave as () => void)());
	expect((await labs.GET.requests()).map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "7"]);
	expect(await labs.POST.requests()).toHaveLength(1);
	expect(await labs["by default"].requests()).toHaveLength(1);
});

test("when the page returns from the back/forward cache, a GET continues with its ID, and a POST has ended", async ({
	lab,
}) => {
	const told = await lab.ours(
		async (_, urls) => {
			const { story, transition } = globalThis as unknown as InPage;
			const stories: string[][] = [];
			for (const [method, url] of Object.entries(urls)) {
				const told: string[] = [];
				let ended: Promise<unknown> | undefined;
				await new Promise<void>((opened) => {
					ended = story(url, { method, onmessage: () => opened() }, told);
				});
				await transition("pagehide");
				stories.push([...told]);
				await transition("pageshow");
				await ended;
				stories.push(told.slice(1));
			}
			return stories;
		},
		Object.fromEntries(
			["GET", "POST"].map((method) => [
				method,
				lab.apart(method).script(eventStream(send(`${SOON}id: 7\ndata: a\n\n`), "hang"), LAST),
			]),
		),
	);
	const rejected = ["TypeError interrupted", "rejected: TypeError interrupted"];
	expect(told).toEqual([["a"], ["TypeError interrupted", "end", "close", "fulfilled"], ["a"], rejected]);
	expect(await sentIds(lab.apart("GET"))).toEqual([null, "7"]);
	expect(await sentIds(lab.apart("POST"))).toEqual([null]);
});
