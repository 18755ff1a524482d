// If a callback may read a response, it can read the response to its end. That holds for a clone,
// for a response that the callback rejects, and for a response with which it rejects the promise.
// If nobody reads the response, nothing stays open.

import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

const KB_300 = 300_000;

/** A body of 300 kB, most of which arrives long after the source has stopped reading. */
const slow = (...head: string[]) => [...head, "repeat=100000,x", "wait=1500", "repeat=200000,x"].join("|");

const JSON_BODY = send('{"a":1}');

/** The bodies of responses that every callback rejects, with their lengths. */
const refused = (lab: Lab) => [
	{ url: lab.apart("json").script(`type=application/json|${JSON_BODY}`), length: 7 },
	{ url: lab.apart("status").script(`status=401|type=application/json|${JSON_BODY}`), length: 7 },
	{ url: lab.apart("slow").script(slow("type=text/plain")), length: KB_300 },
	{ url: lab.apart("stream").script(slow("type=text/event-stream", "chunked")), length: KB_300 },
];

// behavior 2.15
test("a clone of a response that accept refuses can be read to its end", async ({ lab }) => {
	const rows = refused(lab);
	const outcome = await lab.ours(
		async ({ EventSource, events }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const read: Promise<string>[] = [];
				const accept = (response: Response) => {
					read.push(response.clone().text());
					return false;
				};
				const { reason } = await new EventSource(url, { accept }).closed;
				const thrown = await events(url, { accept })
					.next()
					.catch(({ reason }) => reason);
				const lengths = (await Promise.all(read)).map((text) => text.length);
				outcome.push([reason, thrown, ...lengths]);
			}
			return outcome;
		},
		rows.map(({ url }) => url),
	);
	const reasons = ["content-type", "status", "content-type", "content-type"];
	expect(outcome).toEqual(rows.map(({ length }, row) => [reasons[row], reasons[row], length, length]));
});

test("accept can read the response that it refuses, and the failure then has no text", async ({ lab }) => {
	const told = await lab.ours(
		async ({ EventSource, failure }, url) => {
			let read: Promise<unknown> | undefined;
			const accept = (response: Response) => {
				read = response.json();
				return false;
			};
			const { reason, status, body } = await failure(new EventSource(url, { accept }));
			return [reason, status, body, await read];
		},
		lab.script(`status=401|type=application/json|${send("{")}|wait=300|${send('"a":1}')}`),
	);
	expect(told).toEqual(["status", 401, "", { a: 1 }]);
});

test("a clone that the caller's fetch makes can be read to its end, for a stream that ends and for a refused response", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, events, fetchEventSource }, { ended, refused }) => {
			const logs: Promise<string>[] = [];
			const logging = async (url: string, init: RequestInit) => {
				const response = await fetch(url, init);
				logs.push(response.clone().text());
				return response;
			};
			const init = { method: "POST", fetch: logging };
			const { reason } = await new EventSource(ended, init).closed;
			const data: string[] = [];
			for await (const message of events(ended, init)) {
				data.push(message.data);
			}
			await fetchEventSource(ended, { ...init, onclose() {} });
			const source = new EventSource(ended, { fetch: logging });
			await new Promise((resolve) => {
				source.onerror = resolve;
			});
			source.close();
			const refusal = await new EventSource(refused, init).closed;
			const lengths = (await Promise.all(logs)).map((text) => text.length);
			return [reason, data.map((text) => text.length), refusal.status, lengths];
		},
		{
			ended: lab.script(eventStream(send("data: "), `repeat=${KB_300},x`, send("\n\n"))),
			refused: lab.apart("refused").script(slow("status=500")),
		},
	);
	expect(outcome).toEqual(["end", [KB_300], 500, [...Array(4).fill(events("").length + KB_300), KB_300]]);
});

// behavior 2.15
test("a response that onopen has refused can be read to its end, and so can a clone of it", async ({ lab }) => {
	const rows = refused(lab);
	const outcome = await lab.ours(
		async ({ fetchEventSource }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const own = (url: string, init: RequestInit) => fetch(url, init);
				for (const given of [undefined, own as typeof fetch]) {
					let cloned: Promise<string> | undefined;
					const cloning = (response: Response) => {
						cloned = response.clone().text();
						throw response;
					};
					const throwing = (response: Response) => {
						throw response;
					};
					await fetchEventSource(url, { method: "POST", fetch: given, onopen: cloning }).catch(() => {});
					const text: string = await fetchEventSource(url, {
						method: "POST",
						fetch: given,
						onopen: throwing,
					}).catch((response) => response.text());
					outcome.push((await cloned)?.length, text.length);
				}
			}
			return outcome;
		},
		rows.map(({ url }) => url),
	);
	expect(outcome).toEqual(rows.flatMap(({ length }) => Array(4).fill(length)));
});

// behavior 2.15
test("if the caller's fetch rejects with a response, the response can be read; if it rejects while its request is running, the request is aborted", async ({
	lab,
}) => {
	const text = await lab.ours(
		async ({ EventSource }, { refused, endless }) => {
			const rejecting = async (url: string, init: RequestInit): Promise<Response> => {
				throw await fetch(url, init);
			};
			const { error } = await new EventSource(refused, { method: "POST", fetch: rejecting }).closed;
			const impatient = (url: string, init: RequestInit) =>
				Promise.race([fetch(url, init), Promise.reject<Response>(new Error("too late"))]);
			await new EventSource(endless, { method: "POST", fetch: impatient }).closed;
			return (error as Response).text();
		},
		{
			refused: lab.apart("refused").script(`status=401|${send("a")}|wait=200|${send("b")}`),
			endless: lab.script("hang"),
		},
	);
	expect(text).toBe("ab");
	await lab.expectNoSockets();
});

test("a refused response that nobody reads is released, and so is its clone once the clone is canceled", async ({
	lab,
}) => {
	const endless = (name: string) => lab.apart(name).url("/endless-error-body?ms=20");
	const reasons = await lab.ours(
		async ({ EventSource, fetchEventSource }, { unread, cloned, opened }) => {
			const clones: Response[] = [];
			const accept = (response: Response) => {
				clones.push(response.clone());
				return false;
			};
			const sources = [new EventSource(unread), new EventSource(cloned, { accept })];
			const onopen = () => {
				throw new Error("no");
			};
			const thrown = await fetchEventSource(opened, { method: "POST", onopen }).catch(({ message }) => message);
			const closed = await Promise.all(sources.map((source) => source.closed));
			for (const { body } of clones) {
				body!.cancel();
			}
			return [...closed.map(({ reason }) => reason), thrown];
		},
		{ unread: endless("unread"), cloned: endless("cloned"), opened: endless("opened") },
	);
	expect(reasons).toEqual(["status", "status", "no"]);
	for (const name of ["unread", "cloned", "opened"]) {
		await lab.apart(name).expectNoSockets();
		expect((await lab.apart(name).log()).opened).toBe(1);
	}
});
