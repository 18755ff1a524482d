// Bugs that other libraries of this kind have had in reading a stream. For each bug, a server sends
// the bytes that caused it there, and the test checks the rule that it broke. The bugs of
// reconnecting are in peers.spec.ts. A title begins with the number of its bug, which
// tests/vectors/peers.json uses too.

import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

/**
 * Returns the URL of a stream that sends each chunk separately, and then stays open without sending
 * anything more.
 */
const chunks = (lab: Lab, ...texts: string[]) =>
	lab.script(eventStream(...texts.map((text) => `${send(text)}|wait=20`), send("event: last\ndata:\n\n"), "hang"));

const seen = (lab: Lab, url: string, ...names: string[]) =>
	lab.ours(
		async ({ EventSource, record, once }, { url, names }) => {
			const source = new EventSource(url, { method: "POST" });
			const fired = record(source, ...names);
			await Promise.race([once(source, "last"), source.closed]);
			const { readyState, reconnectionTime } = source;
			source.close();
			const messages = fired.filter(({ data }) => data !== undefined);
			const told = messages.map(({ type, data }) => (type === "message" ? data : `${type}: ${data}`));
			return { readyState, told, reconnectionTime };
		},
		{ url, names },
	);

const open = { readyState: 1, reconnectionTime: 3000 };

test("B6: a byte order mark, whole or in pieces, is removed at the start of each stream and kept elsewhere", async ({
	lab,
}) => {
	// A lone byte cannot be written as text.
	const pieces = "type=text/event-stream|chunked|send=%EF|wait=20|send=%BB|wait=20|send=%BF";
	const stream = `${send("data: x\n\nevent: last\ndata:\n\n")}|hang`;
	expect(await seen(lab, chunks(lab, "\uFEFFdata: x\n\n"))).toEqual({ ...open, told: ["x"] });
	expect(await seen(lab, lab.script(`${pieces}|${stream}`))).toEqual({ ...open, told: ["x"] });
	expect(await seen(lab, chunks(lab, "data: \uFEFFafter\n\n"))).toEqual({ ...open, told: ["\uFEFFafter"] });
});

test("B7: a field without a colon, two types, a retry that is not a number and a byte that is not UTF-8 are not errors", async ({
	lab,
}) => {
	const bytes = "type=text/event-stream|chunked|send=data%0A%0Aevent: a%0Aevent: b%0Adata: two%0A%0Aretry: abc%0A%0A";
	const url = lab.script(`${bytes}|send=data: %FF%0A%0A|${send("event: last\ndata:\n\n")}|hang`);
	expect(await seen(lab, url, "a", "b")).toEqual({ ...open, told: ["", "b: two", "\uFFFD"] });
});

test("B8: CR LF and LF in one chunk each end one line, and merge no events", async ({ lab }) => {
	const url = chunks(lab, "data: a\r\ndata: b\n\n", "data: c\n\n");
	expect(await seen(lab, url)).toEqual({ ...open, told: ["a\nb", "c"] });
});

test("B10: an event of any name fires, with and without a listener, and so do the events after it", async ({ lab }) => {
	const names = ["error", "constructor", "toString", "__proto__", "hasOwnProperty", "open", "close"];
	const stream = names.map((name) => `event: ${name}\ndata: ${name}\n\n`).join("");
	const url = chunks(lab, events(1), stream, events(2, 3));
	const outcome = await seen(lab, url, ...names);
	expect(outcome).toEqual({ ...open, told: ["1", ...names.map((name) => `${name}: ${name}`), "2", "3"] });
	const unheard = await lab.ours(async ({ EventSource, once }, url) => {
		const source = new EventSource(url, { method: "POST" });
		await once(source, "last");
		const { readyState } = source;
		source.close();
		return readyState;
	}, url);
	expect(unheard).toBe(1);
});

test("B12: the ID that a stream was resumed with is the last event ID of its events until one has another", async ({
	lab,
}) => {
	const ids = await lab.ours(
		async ({ EventSource }, url) => {
			const source = new EventSource(url, { method: "POST", lastEventId: "7" });
			const ids: string[] = [];
			source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
			await source.closed;
			return ids;
		},
		lab.script(eventStream(send("data: a\n\nid: 8\ndata: b\n\ndata: c\n\n"))),
	);
	expect(ids).toEqual(["7", "8", "8"]);
});

test("B14: a block without data fires nothing, and a block that ends in any mixture of line ends is delivered at once", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, tell, once }, url) => {
			const source = new EventSource(url, { method: "POST" });
			const fired = record(source, "ping");
			// Nothing follows, and the stream does not end.
			await once(source, "message");
			await once(source, "message");
			source.close();
			return tell(fired);
		},
		lab.script(eventStream(send('event: ping\n\ndata: {"n":1}\n\r\ndata: {"n":2}\r\n\n'), "hang")),
	);
	expect(outcome).toEqual(["open", '{"n":1}', '{"n":2}']);
});

test("B14: an event of four mebibytes in pieces of 1,460 bytes arrives whole", async ({ lab }) => {
	// Another library took 13.9 s for half of this data. benches/large-event.mjs shows that our
	// time is proportional to the size.
	const length = await lab.ours(async ({ EventSource, once }) => {
		const encode = (text: string) => new TextEncoder().encode(text);
		const chunk = encode("x".repeat(1460));
		let left = 2872;
		const body = new ReadableStream<Uint8Array>({
			start: (controller) => controller.enqueue(encode("data: ")),
			pull: (controller) => controller.enqueue(left-- > 0 ? chunk : encode("\n\n")),
		});
		const source = EventSource.fromReadableStream(body);
		const { data } = await once(source, "message");
		source.close();
		return data.length;
	});
	expect(length).toBe(2872 * 1460);
});

test("P8: half an event at the end of a stream is not delivered", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => story(new EventSource(url, { method: "POST" })),
		lab.script(eventStream(send(`${events("whole")}data: {"half":`))),
	);
	expect(outcome).toEqual(["open", "whole", "end"]);
});
