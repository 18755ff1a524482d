import assert from "node:assert/strict";
import { test } from "node:test";
import { EventSource, events, fetchEventSource } from "headwater";
import { expectAnswer, isLast, question, textOf, url } from "./ask.js";

test("a source streams a POST", () => expectAnswer(EventSource));

test("events() streams a POST", async () => {
	let text = "";
	for await (const message of events(url, { ...question, until: isLast })) {
		text += textOf(message);
	}
	assert.equal(text, "token 1 token 2 token 3 ");
});

test("fetchEventSource() streams a POST", async () => {
	let text = "";
	await fetchEventSource(url, {
		...question,
		onopen: async ({ status }) => assert.equal(status, 200),
		onmessage: (message) => {
			text += textOf(message);
		},
		onerror: (error) => {
			throw error;
		},
	});
	assert.equal(text, "token 1 token 2 token 3 ");
});
