// Rules for the responses that open a source: the status is checked first, then the MIME type. The
// charset has no effect. Each test also runs with the browser's own class.

import type { Differs } from "./differences.ts";
import { events, expect, type Lab, send, test } from "./support.ts";

/**
 * Sends one request for each script, and expects its outcome: the text of its event, or the type of
 * its one error and the state after it.
 */
async function expectOutcomes(lab: Lab, outcomes: Record<string, string>, differs?: Differs): Promise<void> {
	await lab.expectBoth(
		async ({ EventSource, record, tasks }, urls) => {
			const outcome = async (url: string) => {
				const source = new EventSource(url);
				const fired = record(source);
				await new Promise<void>((resolve) => {
					for (const type of ["message", "error"]) {
						source.addEventListener(type, () => resolve());
					}
				});
				await tasks();
				const { readyState } = source;
				source.close();
				return readyState === 1 ? fired.at(-1)!.data : `${fired.map(({ type }) => type)} ${readyState}`;
			};
			return Object.fromEntries(await Promise.all(urls.map(async ([name, url]) => [name, await outcome(url)])));
		},
		Object.keys(outcomes).map((script): [string, string] => [script, lab.script(script)]),
		outcomes,
		differs,
	);
	for (const which of ["native", "ours"] as const) {
		await lab.expectNoSockets(which);
		const targets = (await lab.requests(which)).map(({ target }) => target).sort();
		const repeated = targets.filter((target, index) => target === targets[index + 1]);
		expect(repeated, `repeated requests, ${which}`).toEqual([]);
	}
}

const TEXT = "é日🦀";
const OPENED = TEXT;
const FAILED = "error 2";

const BODY = `chunked|${send(events(TEXT))}|wait=5000`;
const REFUSED_BODY = `chunked|${send(events(TEXT))}`;

const ACCEPTED_TYPES = [
	"text/event-stream",
	"TEXT/EVENT-STREAM",
	"Text/Event-Stream;Charset=UTF-8",
	"text/event-stream; charset=utf-8",
	'text/event-stream;a="b;c,d";e=f',
	"text/event-stream;",
	"text/event-stream ;x",
	"text/event-stream;;;=",
	"  text/event-stream\t ",
	"\ttext/event-stream",
];

const REFUSED_TYPES = [
	"",
	" ",
	"text",
	"text/",
	"/event-stream",
	"text/plain",
	"text/event-stream-x",
	"text/event-streams",
	"text/x-event-stream",
	"application/event-stream",
	"text /event-stream",
	"text/ event-stream",
	'"text/event-stream"',
	"*/*",
	"text/*",
	"text/event-streamé",
];

const answers = (types: string[], body: string, outcome: string) =>
	Object.fromEntries(types.map((type) => [`type=${encodeURIComponent(type)}|${body}`, outcome]));

// behavior 3.1
test("only the essence of the MIME type counts, regardless of case and parameters", async ({ lab }) => {
	await expectOutcomes(lab, answers(ACCEPTED_TYPES, BODY, OPENED));
});

test("another MIME type fails the connection, even if it looks similar", async ({ lab }) => {
	await expectOutcomes(lab, answers(REFUSED_TYPES, REFUSED_BODY, FAILED));
});

// behavior 3.1
test("the text is UTF-8, even if the parameter charset names another encoding", async ({ lab }) => {
	const charsets = ["iso-8859-1", '"windows-1252"', "utf-16le", "nonsense"];
	const types = charsets.map((charset) => `text/event-stream;charset=${charset}`);
	await expectOutcomes(lab, answers(types, BODY, OPENED), {
		names: ["charset"],
		native: { chromium: answers(types, BODY, FAILED) },
	});
});

test("a MIME type with a space in it is invalid", async ({ lab }) => {
	const types = ["text/event-stream x", "text/event-stream charset=utf-8"];
	const opened = answers(types, BODY, OPENED);
	await expectOutcomes(lab, answers(types, BODY, FAILED), {
		names: ["space in a MIME type"],
		native: { chromium: opened, firefox: opened, webkit: opened },
	});
});

// behavior 3.1
test("of several MIME types the last valid one counts", async ({ lab }) => {
	const [right, wrong] = ["type=text/event-stream", "type=text/html"];
	const outcomes = {
		[`${wrong}|${right}|${BODY}`]: OPENED,
		[`${right}|${right}|${BODY}`]: OPENED,
		[`type=text/event-stream,|${BODY}`]: OPENED,
		[`${right}|${wrong}|${REFUSED_BODY}`]: FAILED,
		[`type=text/event-stream;a=%22,text/html|${BODY}`]: OPENED,
	};
	const opened = [
		`${right}|type=nonsense|${BODY}`,
		`${right}|type=*/*|${BODY}`,
		`${right}|type=|${BODY}`,
		`type=text/html,text/event-stream|${BODY}`,
	];
	const failed = [`type=text/event-stream,text/html|${BODY}`];
	const answers = (opened: string[], failed: string[]) => ({
		...outcomes,
		...Object.fromEntries(opened.map((answer) => [answer, OPENED])),
		...Object.fromEntries(failed.map((answer) => [answer, FAILED])),
	});
	await expectOutcomes(lab, answers(opened, failed), {
		names: ["several MIME types"],
		native: { webkit: answers(failed, opened) },
	});
});

/** There is no `Location`, so that no redirect is followed. */
const STATUSES = [201, 202, 203, 206, 207, 210, 226, 299, 300, 301, 302, 303, 305, 307, 308, 400, 401, 403, 404, 405];
const MORE_STATUSES = [406, 408, 409, 410, 418, 425, 429, 451, 500, 501, 502, 503, 504, 511, 599];

// behavior 3.1
test("only 200 opens: any other status fails the connection, even with the type of an event stream", async ({
	lab,
}) => {
	const all = [...STATUSES, ...MORE_STATUSES];
	await expectOutcomes(
		lab,
		Object.fromEntries(all.map((status) => [`status=${status}|type=text/event-stream|${REFUSED_BODY}`, FAILED])),
	);
});

test("a status without a body fails the connection: 204, 205 and an unrequested 304", async ({ lab }) => {
	await expectOutcomes(
		lab,
		Object.fromEntries([204, 205, 304].map((status) => [`status=${status}|type=text/event-stream`, FAILED])),
	);
});

test("the response at the end of a redirect decides", async ({ lab }) => {
	const to = (path: string) => lab.url(`/redirect?to=${encodeURIComponent(path)}`);
	const stream = `/script?do=type=text/event-stream|${BODY}`;
	await lab.expectBoth(
		async ({ EventSource, once }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const source = new EventSource(url);
				const event = await Promise.race([once(source, "message"), once(source, "error")]);
				outcome.push([event.type, source.readyState, source.url === url]);
				source.close();
			}
			return outcome;
		},
		[to(stream), to(`/redirect?to=${encodeURIComponent(stream)}`), to("/404"), to("/204"), to("/200-html")],
		[
			["message", 1, true],
			["message", 1, true],
			["error", 2, true],
			["error", 2, true],
			["error", 2, true],
		],
	);
});
