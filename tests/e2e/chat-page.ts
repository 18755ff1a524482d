// Owns how a test uses the chat page: its parts, what a user does with them, and a record of what
// was to be seen.

import type { Locator, Page } from "@playwright/test";
import { expect } from "../support/browser.ts";

/** What the page showed, in the order in which it did. */
export interface PageRecord {
	/** The states of the pill with their texts, such as `["open", "Open"]`. */
	readonly states: readonly (readonly [state: string, text: string])[];
	/** The length of the running answer's text at each time it had grown, by the page's clock in milliseconds. */
	readonly growth: readonly { readonly time: number; readonly length: number }[];
}

/** How long an answer may take on a busy machine. */
export const PATIENCE = { timeout: 20_000 };

/** Tokens a second where the pace does not matter: the server's most, and more than the page itself offers. */
const FASTEST = 1000;

export class ChatPage {
	readonly page: Page;
	readonly input: Locator;
	readonly send: Locator;
	readonly stop: Locator;
	readonly newChat: Locator;
	readonly pace: Locator;
	readonly state: Locator;
	readonly status: Locator;
	readonly alert: Locator;
	readonly retry: Locator;
	readonly questions: Locator;
	readonly answers: Locator;

	private constructor(page: Page) {
		this.page = page;
		this.input = page.getByTestId("composer-input");
		this.send = page.getByTestId("send");
		this.stop = page.getByTestId("stop");
		this.newChat = page.getByTestId("new-chat");
		this.pace = page.getByTestId("pace");
		this.state = page.getByTestId("state");
		this.status = page.getByTestId("status");
		this.alert = page.getByTestId("alert");
		this.retry = page.getByTestId("retry");
		this.questions = page.getByTestId("message-user");
		this.answers = page.getByTestId("message-assistant");
	}

	/** Opens the page and begins the record. The embedded model is set to this pace, or with `null` left as it is. */
	static async open(page: Page, origin: string, pace: number | null = FASTEST): Promise<ChatPage> {
		const chatPage = new ChatPage(page);
		await page.goto(origin);
		await expect(page.getByTestId("model")).not.toBeEmpty();
		if (pace !== null && (await chatPage.pace.isVisible())) await chatPage.setPace(pace);
		await page.evaluate(beginRecord);
		return chatPage;
	}

	/** Sets the embedded model's pace, in tokens a second. */
	async setPace(pace = FASTEST): Promise<void> {
		if (pace > 200) {
			await this.pace.evaluate((input: HTMLInputElement, pace) => {
				input.max = String(pace);
			}, pace);
		}
		await this.pace.fill(String(pace));
	}

	/** Types a question and sends it by keyboard. */
	async ask(question: string): Promise<void> {
		await this.input.fill(question);
		await this.input.press("Enter");
	}

	/** Asks and waits for the whole answer; its text as it is rendered. */
	async askAndRead(question: string): Promise<string> {
		const earlier = await this.answers.count();
		await this.ask(question);
		return this.readAnswer(earlier);
	}

	/** Waits until the answer of this number is complete; its text as it is rendered. */
	async readAnswer(index: number): Promise<string> {
		const answer = this.answers.nth(index);
		await expect(answer).toHaveAttribute("data-done", "true", PATIENCE);
		return text(answer);
	}

	/** Waits until the last answer, still running, has at least so many characters. */
	async waitForText(length: number): Promise<void> {
		const answer = this.answers.last();
		const soon = { ...PATIENCE, intervals: [50] };
		await expect.poll(async () => (await text(answer)).length, soon).toBeGreaterThanOrEqual(length);
		await expect(answer).toHaveAttribute("data-done", "false");
	}

	/** Waits for the pill to show a state. */
	async waitForState(state: string): Promise<void> {
		await expect(this.state).toHaveAttribute("data-state", state, PATIENCE);
	}

	record(): Promise<PageRecord> {
		return this.page.evaluate(() => (globalThis as unknown as { seen: PageRecord }).seen);
	}
}

/** The text of an answer, without what the page says beneath it. */
export async function text(answer: Locator): Promise<string> {
	return (await answer.locator(".prose").textContent()) ?? "";
}

/** Makes the chance in the library's waits always fall the same way, so that they are as short, or long, as they can be. */
export async function fixChance(page: Page, value: number): Promise<void> {
	await page.addInitScript((value) => {
		Math.random = () => value;
	}, value);
}

/** Runs in the page. */
function beginRecord(): void {
	const states: [string, string][] = [];
	const growth: { time: number; length: number }[] = [];
	Object.assign(globalThis, { seen: { states, growth } });
	const pill = document.querySelector<HTMLElement>('[data-testid="state"]')!;

	const look = (): void => {
		const state = pill.dataset.state ?? "";
		const text = pill.textContent ?? "";
		const [lastState, lastText] = states.at(-1) ?? [];
		if (state !== lastState || text !== lastText) states.push([state, text]);

		const running = document.querySelector('[data-testid="message-assistant"][data-done="false"] .prose');
		const length = running?.textContent?.length ?? 0;
		if (length > 0 && length !== growth.at(-1)?.length) growth.push({ time: performance.now(), length });
	};
	look();
	new MutationObserver(look).observe(document.body, {
		subtree: true,
		childList: true,
		characterData: true,
		attributeFilter: ["data-state", "data-done"],
	});
}
