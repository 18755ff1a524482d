// Tutorial 1: a question, then ten pieces of an answer and a `stop`.

import { EventSource } from "headwater";
import { part } from "../dom.ts";
import { withInterval } from "./interval.ts";
import { Log } from "./log.ts";

// In milliseconds. As in the original tutorial, the cursor blinks when nothing has arrived for this
// long.
const STILL = 200;

const form = part<HTMLFormElement>("t1-form");
const input = part<HTMLInputElement>("t1-input");
const send = part<HTMLButtonElement>("t1-send");
const mode = part<HTMLSelectElement>("t1-mode");
const question = part("t1-question");
const answer = part("t1-answer");
const cursor = part("t1-cursor");
const answerBox = part("t1-answer-box");
const log = new Log(part("t1-log"));

answerBox.tabIndex = 0;

let blinking: ReturnType<typeof setTimeout> | undefined;

form.addEventListener("submit", async (event) => {
	event.preventDefault();
	const msg = input.value.trim();
	if (!msg || send.disabled) return;
	input.value = "";
	begin(msg);
	try {
		follow(mode.value === "one-post" ? askInOne(msg) : await askInTwo(msg));
	} catch (error) {
		log.add(`The message was not sent: ${error instanceof Error ? error.message : error}`);
		send.disabled = false;
	}
});

/**
 * Sends the question and reads the answer in one request, which the browser's own EventSource
 * cannot do.
 */
function askInOne(msg: string): EventSource {
	return new EventSource(withInterval("/chat/stream"), {
		method: "POST",
		body: new URLSearchParams({ msg }),
	});
}

/**
 * Does the same as the original tutorial: sends the message, then listens under the returned ID.
 */
async function askInTwo(msg: string): Promise<EventSource> {
	const response = await fetch("/chat/send", {
		method: "POST",
		body: new URLSearchParams({ msg }),
	});
	if (!response.ok) throw new Error(`the server responded with status ${response.status}`);
	const id = (await response.text()).trim();
	return new EventSource(withInterval(`/chat/conversation/${encodeURIComponent(id)}`));
}

function begin(msg: string): void {
	send.disabled = true;
	question.textContent = msg;
	answer.textContent = "";
	answerBox.hidden = false;
	cursor.dataset.blinking = "true";
}

function follow(source: EventSource): void {
	source.addEventListener("open", () => {
		console.log("open");
		log.add("open");
	});
	source.addEventListener("message", (event) => append(contentOf(event.data)));
	source.addEventListener("error", (event) => {
		const closed = event.target instanceof EventSource && event.target.readyState === EventSource.CLOSED;
		log.add(closed ? "error: CLOSED" : "error: CONNECTING, retrying");
	});
	source.addEventListener("stop", () => {
		source.close();
		log.add("stop");
		send.disabled = false;
	});
	// If the answer ends in another way, the page must still accept the next question.
	source.closed.then(({ reason }) => {
		log.add(`closed: ${reason}`);
		send.disabled = false;
	});
}

/** Returns the text in `{"role": …, "content": …}`, and other data unchanged. */
function contentOf(data: string): string {
	try {
		const { content } = JSON.parse(data) as { content?: unknown };
		return typeof content === "string" ? content : "";
	} catch {
		return data;
	}
}

function append(text: string): void {
	answer.append(text);
	answerBox.scrollTop = answerBox.scrollHeight;
	cursor.dataset.blinking = "false";
	clearTimeout(blinking);
	blinking = setTimeout(() => {
		cursor.dataset.blinking = "true";
	}, STILL);
}
