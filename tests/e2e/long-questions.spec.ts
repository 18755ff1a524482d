// Tests questions and conversations at the server's size limit, and questions without an answer.

import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";
import type { Wire } from "./wire.ts";

/** The largest request, in bytes. A test of the server compares this number with `/api/model`. */
const LIMIT = 1024 * 1024;

/** Characters of one to four bytes, and two characters that JSON escapes. */
const CHARACTERS = { a: 1, é: 2, 源: 3, "🌊": 4, '"': 2, "\u0001": 6 };

const sent = (wire: Wire) => wire.requests("POST", "/api/chat");
const messages = (wire: Wire): { role: string; content: string }[] => JSON.parse(sent(wire).at(-1)!.body).messages;
const bytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

/** Returns a question of this character whose whole request has this size. */
function questionOf(character: string, size: number): string {
	const body = JSON.stringify({ messages: [{ role: "user", content: "" }], pace: 1000 });
	const room = size - Buffer.byteLength(body);
	const each = bytes(character);
	return character.repeat(room / each) + "a".repeat(room % each);
}

test("a pasted text of 2 MB is refused in words before it is sent, stays in the box, and the next question is answered", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin);
	const pasted = "word ".repeat(400_000).trim();
	await chat.input.focus();
	await page.keyboard.insertText(pasted);
	await chat.input.press("Enter");
	await expect(chat.refusal).toHaveText(
		"This text is 952 kB too long for the server. Shorten it, or send it in parts.",
		PATIENCE,
	);
	await expect(chat.input).toHaveAccessibleDescription(/952 kB too long/);
	await expect(chat.questions).toHaveCount(0);
	await expect(page.getByTestId("welcome")).toBeVisible();
	await expect(chat.state).toHaveText("Idle");
	expect(await chat.input.inputValue()).toBe(pasted);
	expect(sent(wire)).toHaveLength(0);

	await chat.input.fill("hello");
	await expect(chat.refusal).toBeHidden();
	await chat.input.press("Enter");
	expect(await chat.readAnswer(0)).toContain("Hello!");
	expect(messages(wire)).toEqual([{ role: "user", content: "hello" }]);
});

for (const [character, size] of Object.entries(CHARACTERS)) {
	test(`a request of exactly the limit, full of ${JSON.stringify(character)} (${size} bytes in JSON), is answered, and one byte more is refused`, async ({
		page,
		wire,
	}) => {
		const chat = await ChatPage.open(page, wire.origin);
		await chat.input.fill(questionOf(character, LIMIT + 1));
		await chat.input.press("Enter");
		await expect(chat.refusal).toHaveText(/^This text is 1 byte too long/, PATIENCE);
		expect(sent(wire)).toHaveLength(0);

		await chat.input.fill(questionOf(character, LIMIT));
		await chat.input.press("Enter");
		await chat.readAnswer(0);
		await expect(chat.state).toHaveText("Closed: answer complete");
		expect(sent(wire).map(({ headers }) => headers.get("content-length"))).toEqual([String(LIMIT)]);
	});
}

test("a conversation that no longer fits loses its oldest turns as a whole, the page says so, and no request is refused", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin);
	const questions = ["🌊", "源", "b"].map((letter) => letter.repeat(399_999 / bytes(letter)));
	for (const question of questions) {
		await expect(chat.cut).toHaveCount(0);
		await chat.askAndRead(question);
	}
	expect(messages(wire).map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
	const [first, , second] = messages(wire).map(({ content }) => content);
	expect([first, second]).toEqual(questions.slice(1));

	// The mark is right above the second question.
	await expect(chat.cut).toHaveText("The messages above no longer fit into a request, so the model does not see them.");
	const below = page.locator('[data-testid="cut"] + *');
	expect(await below.locator(".bubble").textContent()).toBe(questions[1]?.slice(0, 10_000));
	await below.getByRole("button", { name: "Show all 133,333 characters" }).click();
	expect(await below.locator(".bubble").textContent()).toBe(questions[1]);
	await expect(below.getByRole("button")).toHaveCount(0);

	// The largest question leaves no room for any other.
	const largest = questionOf("d", LIMIT);
	await chat.askAndRead(largest);
	expect(messages(wire)).toEqual([{ role: "user", content: largest }]);
	expect((await below.locator(".bubble").textContent())?.[0]).toBe("d");

	await chat.newChat.click();
	await expect(chat.cut).toHaveCount(0);
	await chat.askAndRead("hello");
	await expect(chat.cut).toHaveCount(0);
	await expect(chat.alert).toBeHidden();
	expect(sent(wire)).toHaveLength(5);
});

test("a history that just fits is sent as a whole, and one byte more costs its oldest turn", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin);
	await chat.askAndRead("hello");
	await chat.askAndRead("hello, but again");
	await chat.ask("x");
	await chat.readAnswer(2);
	const room = LIMIT - Buffer.byteLength(sent(wire)[2]!.body);
	await chat.newChat.click();

	for (const [more, count] of [
		[0, 5],
		[1, 3],
	] as const) {
		await chat.askAndRead("hello");
		await chat.askAndRead("hello, but again");
		await chat.askAndRead("x".repeat(1 + room + more));
		expect(messages(wire)).toHaveLength(count);
		await expect(chat.cut).toHaveCount(more);
		await chat.newChat.click();
	}
});

test("a question that failed or was stopped before its answer is marked and left out of later requests", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin);
	await chat.ask("error 404");
	await expect(chat.alert).toBeVisible(PATIENCE);
	await chat.askAndRead("hello");
	await expect(chat.questions.first().locator(".remark")).toHaveText("Not answered");
	await expect(chat.questions.last().locator(".remark")).toHaveCount(0);
	expect(messages(wire)).toEqual([{ role: "user", content: "hello" }]);

	await chat.ask("error 503");
	await chat.waitForState("reconnecting");
	await page.keyboard.press("Escape");
	await chat.askAndRead("markdown");
	await expect(chat.questions.nth(2).locator(".remark")).toHaveText("Not answered");
	expect(messages(wire).map(({ role, content }) => (role === "user" ? content : role))).toEqual([
		"hello",
		"assistant",
		"markdown",
	]);
});

test("when the model's server refuses the length, Retry sends half of the earlier turns, and a question alone returns to the box", async ({
	page,
	upstream,
	startServer,
}) => {
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	for (const [index, question] of ["ask 1", "ask 2", "ask 3", "ask 4"].entries()) {
		await chat.ask(question);
		const asked = await upstream.next();
		asked.say("yes");
		asked.finish();
		await chat.readAnswer(index);
	}

	await chat.ask("five");
	for (const expected of [9, 5, 3, 1]) {
		const asked = await upstream.next();
		expect(asked.question.messages).toHaveLength(expected);
		if (expected === 5) {
			// Some servers report this within the stream.
			asked.send(JSON.stringify({ error: { code: "context_length_exceeded" } }));
			asked.end();
		} else {
			asked.refuse(413, {});
		}
		if (expected === 1) break;
		await expect(chat.alert).toHaveText(/ Press Retry to send the question with fewer earlier messages\.$/, PATIENCE);
		await chat.retry.click();
		await expect(chat.cut).toHaveCount(1);
	}
	await expect(chat.alert).toHaveText(/does not accept a conversation of this length\./, PATIENCE);
	await expect(chat.retry).toBeHidden();
	await expect(chat.questions).toHaveCount(4);
	await expect(chat.cut).toHaveCount(0);
	await expect(chat.input).toHaveValue("five");

	await chat.input.fill("6");
	await chat.input.press("Enter");
	const asked = await upstream.next();
	expect(asked.question.messages.length).toBeLessThan(9);
	asked.say("short");
	asked.finish();
	expect(await chat.readAnswer(4)).toBe("short");

	// If the box contains another text, that text stays there, and the question stays in the
	// conversation.
	await chat.newChat.click();
	await chat.ask("seven");
	const last = await upstream.next();
	await chat.input.fill("a draft");
	last.refuse(413, {});
	await expect(chat.alert).toHaveText(/does not accept a conversation of this length\./, PATIENCE);
	await expect(chat.retry).toBeHidden();
	await expect(chat.questions).toHaveText("seven");
	await expect(chat.input).toHaveValue("a draft");
});

test("before the page knows the limit, a question that the server refuses for its length returns to the box", async ({
	page,
	wire,
}) => {
	await page.route("**/api/model", (route) => route.abort());
	const chat = await ChatPage.open(page, wire.origin);
	await expect(page.getByTestId("model")).toHaveText("model unknown");
	const question = questionOf("a", LIMIT + 100);
	await chat.ask(question);
	await expect(chat.alert).toHaveText(/^The server refused the request \(413\)/, PATIENCE);
	await expect(chat.retry).toBeHidden();
	await expect(chat.questions).toHaveCount(0);
	await expect(page.getByTestId("welcome")).toBeVisible();
	expect(await chat.input.inputValue()).toBe(question);
	expect(sent(wire)).toHaveLength(1);
});
