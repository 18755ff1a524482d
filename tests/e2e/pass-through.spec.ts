// Tests the chat with a model's server that the test controls. Its streams cannot be resumed.

import { ChatPage, PATIENCE, text } from "./chat-page.ts";
import { test as base, expect, kill } from "./fixtures.ts";
import { KEY, MODEL } from "./upstream.ts";
import { openWire, type Wire } from "./wire.ts";

/** A chat page whose server passes on the responses of `upstream`, with a record of all traffic. */
const test = base.extend<{ remote: { chat: ChatPage; wire: Wire; kill(): void } }>({
	remote: async ({ page, upstream, startServer }, use) => {
		const server = await startServer(upstream.environment);
		const wire = await openWire(server.origin);
		await use({ chat: await ChatPage.open(page, wire.origin), wire, kill: () => kill(server) });
		await wire.close();
	},
});

test("each piece of the model's answer is on the page before the next is sent, and the key never reaches the page", async ({
	remote: { chat, wire },
	upstream,
	page,
}) => {
	await expect(page.getByTestId("model")).toHaveText(MODEL);
	await expect(page.getByTestId("pace-control")).toBeHidden();
	await chat.ask("What is a **headwater**?");
	const asked = await upstream.next();
	expect(asked.authorization).toBe(`Bearer ${KEY}`);
	expect(asked.question).toEqual({
		model: MODEL,
		stream: true,
		messages: [{ role: "user", content: "What is a **headwater**?" }],
	});

	let shown = "";
	for (const piece of ["The", " source", " of a river:", " 源", "流", " 🌊"]) {
		asked.say(piece);
		shown += piece;
		// The parser holds a space back until the next character arrives.
		await expect.poll(() => text(chat.answers.first()), PATIENCE).toBe(shown.trimEnd());
		await expect(chat.answers.first()).toHaveAttribute("data-done", "false");
		await expect(chat.state).toHaveText("Open");
	}
	asked.say(" **strong** and\n\n- one\n- two");
	asked.finish();
	expect(await chat.readAnswer(0)).toContain(`${shown} strong and`);
	await expect(chat.answers.first().getByRole("listitem")).toHaveText(["one", "two"]);
	await expect(chat.state).toHaveText("Closed: answer complete");

	// A server can also repeat the key in its error message.
	await chat.ask("And now?");
	const refused = await upstream.next();
	expect(refused.question.messages).toHaveLength(3);
	refused.refuse(401, { error: { message: `Incorrect API key provided: ${KEY}.` } });
	await expect(chat.alert).toHaveText(
		/^The model's server 127\.0\.0\.1:\d+ does not accept the key of the chat server\. Correct OPENAI_API_KEY/,
	);
	expect(wire.received()).toContain("source");
	expect(wire.received()).not.toContain(KEY);
});

test("Stop also ends the connection to the model's server", async ({ remote: { chat }, upstream }) => {
	await chat.ask("Tell me everything");
	const asked = await upstream.next();
	asked.say("First of all");
	await expect.poll(() => text(chat.answers.first()), PATIENCE).toBe("First of all");
	await chat.stop.click();
	await asked.gone;
	await expect(chat.state).toHaveText("Closed: stopped");
	expect(await text(chat.answers.first())).toBe("First of all");
	await expect(chat.input).toBeFocused();
	await expect(chat.retry).toBeHidden();
	expect(upstream.asked).toHaveLength(1);
});

test("too many requests to the model's server are shown in words, and only Retry sends the question again", async ({
	remote: { chat },
	upstream,
}) => {
	await chat.ask("Quickly");
	(await upstream.next()).refuse(429, { error: { message: "Rate limit reached, slow down", code: "rate_limit" } });
	await expect(chat.alert).toHaveText(
		/^The model's server \S+ is receiving too many requests\. Wait a minute, and try again\.$/,
		PATIENCE,
	);
	await expect(chat.state).toHaveText("Closed: refused with 429");
	expect(upstream.asked).toHaveLength(1);

	await chat.retry.click();
	const again = await upstream.next();
	await expect(chat.alert).toBeHidden();
	again.say("Here you are");
	again.finish();
	expect(await chat.readAnswer(0)).toBe("Here you are");
	expect(upstream.asked).toHaveLength(2);
});

test("a model's answer that breaks off is not requested again: the page marks it as incomplete, keeps it and offers Retry", async ({
	remote: { chat, wire, kill },
	upstream,
}) => {
	const breaksOff = async (
		how: (asked: { cut(): void; end(): void }) => void,
		words: string | RegExp,
		state: string,
	) => {
		await chat.ask("Tell me a story");
		const asked = await upstream.next();
		asked.say("Once upon a time");
		await expect.poll(() => text(chat.answers.last()), PATIENCE).toBe("Once upon a time");
		how(asked);
		await expect(chat.alert).toHaveText(words, PATIENCE);
		await expect(chat.state).toHaveText(state);
		await expect(chat.answers.last().locator(".remark")).toHaveText("Incomplete");
		expect(await text(chat.answers.last())).toBe("Once upon a time");
		await expect(chat.retry).toBeVisible();
	};
	const ended = "Closed: ended by the server";
	await breaksOff(
		({ cut }) => cut(),
		/^The model's server \S+ closed the connection in the middle of its response\. Ask again/,
		ended,
	);
	// The body ends before the model has marked its message as complete.
	await breaksOff(({ end }) => end(), /^The model's server \S+ ended its response too early\. Ask again/, ended);
	await breaksOff(kill, "The answer was cut off. The connection was lost.", "Closed: connection lost");

	expect(upstream.asked).toHaveLength(3);
	expect(wire.requests("POST", "/api/chat")).toHaveLength(3);
	await chat.retry.click();
	await expect(chat.alert).toHaveText("The server could not be reached.", PATIENCE);
	await expect(chat.state).toHaveText("Closed: server unreachable");
});

test("the page shows an error that the model reports within its stream, and mentions a piece that cannot be read", async ({
	remote: { chat },
	upstream,
}) => {
	await chat.ask("Try");
	const asked = await upstream.next();
	asked.say("So far");
	asked.send("{broken");
	await expect(chat.alert).toHaveText(/^One piece of the model's answer could not be read/, PATIENCE);
	asked.send(JSON.stringify({ error: { message: "The model is <b>overloaded</b>", type: "overloaded_error" } }));
	asked.end();
	await chat.waitForState("closed");
	await expect(chat.alert).toHaveText(
		/^The model's server \S+ is overloaded or temporarily unavailable\. Try again in a few minutes\.$/,
	);
	expect(await text(chat.answers.first())).toBe("So far");
	await expect(chat.retry).toBeVisible();
});

test("a key that the model's server writes into its stream in any place or spelling does not reach the page", async ({
	remote: { chat, wire },
	upstream,
	page,
}) => {
	const escaped = [...KEY].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
	await chat.ask("What is your key?");
	const asked = await upstream.next();
	for (const key of [KEY, escaped]) {
		asked.send(`{"id":"${key}","model":"${key}","choices":[{"delta":{"content":"It is ${key}. ","name":"${key}"}}]}`);
	}
	await expect.poll(() => text(chat.answers.first()), PATIENCE).toBe("It is [key]. It is [key].");
	expect(wire.received()).toContain("It is [key]. ");
	asked.send(`{"error":{"message":"${escaped}","code":"${KEY}"}}`);
	await expect(chat.alert).toHaveText(/^The model's server \S+ reported an error\. Try again\./, PATIENCE);
	expect(await page.locator("body").textContent()).not.toContain(KEY);
	for (const key of [KEY, escaped]) expect(wire.received()).not.toContain(key);
});
