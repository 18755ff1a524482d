// The rules of `json()` in each form: its result, and its error for data that is not JSON.
// tests/types checks its type.

import { eventStream, expect, send, test } from "./support.ts";

const LONG = "x".repeat(100);
const STREAM = eventStream(
	send('id: 1\nevent: token\ndata: {"text":\ndata: "日本"}\n\n'),
	send(`id: 2\ndata: ${LONG}\n\n`),
	send("event: stop\ndata:\n\n"),
);

/** Each error's message, its name, and the name of its cause from JSON.parse. */
const WRONG = [
	[`the data of event "message" with id "2" is not JSON: "${LONG.slice(0, 80)}…"`, "SyntaxError", "SyntaxError"],
	['the data of event "stop" with id "2" is not JSON: ""', "SyntaxError", "SyntaxError"],
];

// behavior 10.13
test("json() of an event returns its data, or throws an error that quotes type, ID and the first 80 characters", async ({
	lab,
}) => {
	const told = await lab.ours(async ({ EventSource }, url) => {
		const source = new EventSource<{ token: { text: string } }>(url, { method: "POST" });
		const told: unknown[] = [];
		for (const type of ["token", "message", "stop"]) {
			source.addEventListener(type, (event) => {
				try {
					told.push(event.json());
				} catch (thrown) {
					const { message, name, cause } = thrown as Error;
					told.push([message, name, (cause as Error).name]);
				}
			});
		}
		await source.closed;
		return told;
	}, lab.script(STREAM));
	expect(told).toEqual([{ text: "日本" }, ...WRONG]);
});

// behavior 10.13
test("json() of the messages of events() and fetchEventSource() is the same, and the messages are plain objects", async ({
	lab,
}) => {
	const told = await lab.ours(async ({ events, fetchEventSource }, url) => {
		const told: unknown[] = [];
		const tell = (message: { json(): unknown }) => {
			try {
				told.push(message.json());
			} catch (thrown) {
				const { message, name, cause } = thrown as Error;
				told.push([message, name, (cause as Error).name]);
			}
		};
		const cloned: unknown[] = [];
		for await (const message of events(url, { method: "POST" })) {
			tell(message);
			cloned.push(structuredClone(message));
		}
		await fetchEventSource(url, {
			method: "POST",
			onmessage(message) {
				tell(message);
				cloned.push({ ...message });
			},
		});
		return { told, cloned };
	}, lab.script(STREAM));
	const unnamed = [WRONG[0]!.map((text) => text.replace('"message"', '""')), WRONG[1]];
	expect(told.told).toEqual([{ text: "日本" }, ...WRONG, { text: "日本" }, ...unnamed]);
	const token = '{"text":\n"日本"}';
	expect(told.cloned).toEqual([
		{ type: "token", data: token, lastEventId: "1" },
		{ type: "message", data: LONG, lastEventId: "2" },
		{ type: "stop", data: "", lastEventId: "2" },
		{ id: "1", event: "token", data: token },
		{ id: "2", event: "", data: LONG },
		{ id: "2", event: "stop", data: "" },
	]);
});
