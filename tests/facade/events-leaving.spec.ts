// Rules for leaving `events()`: by `break`, `return`, `throw` or an abort, when the page is left,
// and before the iteration has begun.

import type { Message } from "headwater";
import { events as blocks, eventStream, expect, send, test } from "./support.ts";

const HANGING = eventStream(send(blocks("a", "b", "c")), "hang");

/**
 * Each function leaves an iterator after its first message or while it waits for the second
 * message. It returns everything that the iterator has returned or thrown.
 */
const WAYS: Record<
	string,
	(iterator: AsyncIterableIterator<Message>, controller: AbortController) => Promise<unknown>
> = {
	break: async (iterator) => {
		for await (const { data } of iterator) {
			return data;
		}
		return undefined;
	},
	throw: async (iterator) => {
		try {
			for await (const { data } of iterator) {
				throw new Error(data);
			}
		} catch (error) {
			return `${error}`;
		}
		return undefined;
	},
	"return() while the next message is awaited": async (iterator) => {
		const { value } = await iterator.next();
		const waiting = [iterator.next(), iterator.next()];
		const returned = await iterator.return?.("mine");
		return [value.data, returned, await Promise.all(waiting)];
	},
	"an abort while the next message is awaited": async (iterator, controller) => {
		const { value } = await iterator.next();
		const waiting = [iterator.next(), iterator.next()];
		controller.abort("mine");
		return [value.data, await waiting[0]!.catch((reason) => `${reason}`), await waiting[1]];
	},
};
const DONE = { done: true, value: undefined };
const TOLD: Record<keyof typeof WAYS, unknown> = {
	break: "a",
	throw: "Error: a",
	"return() while the next message is awaited": ["a", { done: true, value: "mine" }, [DONE, DONE]],
	"an abort while the next message is awaited": ["a", "mine", DONE],
};

/** What a page keeps of an iterator that it has left. */
interface Left {
	readonly iterator: AsyncIterableIterator<Message>;
	readonly controller: AbortController;
	readonly called: unknown[];
}

for (const [way, leave] of Object.entries(WAYS)) {
	// behavior 14.3
	test(`${way} closes the socket, frees the signal, and nothing follows`, async ({ lab }) => {
		const told = await lab.ours(
			async ({ events, listeners, kept }, { url, leave }) => {
				const { controller, called } = listeners();
				const iterator = events(url, { signal: controller.signal });
				Object.assign(kept, { iterator, controller, called });
				return new Function(`return (${leave})(...arguments)`)(iterator, controller);
			},
			{ url: lab.script(eventStream(send(blocks("a")), "hang")), leave: `${leave}` },
		);
		expect(told).toEqual(TOLD[way]);
		// The iterator and its controller are still referenced, and neither is used meanwhile.
		await lab.expectNoSockets();

		const after = await lab.ours(async ({ tasks, kept }) => {
			const { iterator, controller, called } = kept as unknown as Left;
			await tasks();
			called.length = 0;
			controller.abort();
			return [await iterator.next(), await iterator.return?.(), called];
		});
		expect(after).toEqual([DONE, DONE, []]);
		expect(await lab.requests()).toHaveLength(1);
	});
}

// behavior 14.3
test("return() in the middle of a batch drops the rest of it; an abort does too, and next() throws its reason", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ events }, url) => {
		const controller = new AbortController();
		const left = events(url);
		const aborted = events(url, { signal: controller.signal });
		const first = [(await left.next()).value.data, (await aborted.next()).value.data];
		await left.return?.();
		controller.abort();
		const thrown = await aborted.next().catch((error) => error.name);
		return { first, thrown, after: [await left.next(), await aborted.next()] };
	}, lab.script(HANGING));
	expect(outcome).toEqual({ first: ["a", "a"], thrown: "AbortError", after: [DONE, DONE] });
	await lab.expectNoSockets();
});

test("calling return() twice, or before the module is loaded, ends only this iteration", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events }, url) => {
		const early = events(url);
		const waiting = early.next();
		await early.return?.();
		const [left, other] = [events(url), events(url)];
		await Promise.all([left.next(), other.next()]);
		await left.return?.();
		await left.return?.();
		const rest = [(await other.next()).value.data, (await other.next()).value.data];
		await other.return?.();
		return [await waiting, ...rest];
	}, lab.script(HANGING));
	expect(outcome).toEqual([DONE, "b", "c"]);
	expect(await lab.requests()).toHaveLength(2);
	await lab.expectNoSockets();
});

// behavior 14.1
test("no request is sent before the first next(), nor with a signal that is aborted already", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events, tasks }, url) => {
		const left = events(url);
		const aborted = events(url, { signal: AbortSignal.abort("mine") });
		await tasks();
		return [
			await aborted.next().catch((reason) => reason),
			await aborted.next(),
			await left.return?.(),
			await left.next(),
		];
	}, lab.script(HANGING));
	expect(outcome).toEqual(["mine", DONE, DONE, DONE]);
	expect((await lab.log()).opened).toBe(0);
});

test("throw() of the iterator, which `yield*` calls, ends the iteration and throws", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events }, url) => {
		const iterator = events(url);
		const delegating = (async function* () {
			yield* { [Symbol.asyncIterator]: () => iterator };
		})();
		await delegating.next();
		const thrown = await delegating.throw("mine").catch((error) => error);
		return [thrown, await iterator.next()];
	}, lab.script(HANGING));
	expect(outcome).toEqual(["mine", DONE]);
	await lab.expectNoSockets();
});

test("when a page enters the back/forward cache, the socket is freed, and messages that were not taken yet remain", async ({
	lab,
}) => {
	const url = lab.script(HANGING);
	await lab.ours(async ({ events, kept }, url) => {
		const iterator = events(url);
		kept.iterator = iterator;
		await iterator.next();
		dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
	}, url);
	await lab.expectNoSockets();
	const rest = await lab.ours(async ({ kept }) => {
		const iterator = kept.iterator as AsyncIterableIterator<Message>;
		dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
		const rest = [(await iterator.next()).value.data, (await iterator.next()).value.data];
		await iterator.return?.();
		return rest;
	});
	expect(rest).toEqual(["b", "c"]);
});

// behavior 14.5
test("a locked stream causes a TypeError at once, and no listener stays on the signal", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events, listeners, tasks }) => {
		const { controller, called } = listeners();
		const stream = new ReadableStream<Uint8Array>();
		stream.getReader();
		let thrown = "";
		try {
			events(stream, { signal: controller.signal });
		} catch (error) {
			thrown = (error as Error).name;
		}
		await tasks();
		controller.abort();
		return { thrown, called };
	});
	expect(outcome).toEqual({ thrown: "TypeError", called: [] });
});
