// Represents the chat page in tests: its parts, the actions of a user, and a record of its states
// and texts.

import type { Locator, Page } from "@playwright/test";
import { expect } from "../support/browser.ts";

/** A record of the states and texts that the page showed, in order. */
export interface PageRecord {
	/** The states of the connection with their texts, such as `["open", "Open"]`. */
	readonly states: readonly (readonly [state: string, text: string])[];
	/** The length of the running message's text each time it changed. */
	readonly growth: readonly number[];
}

/** The longest duration of a message on a busy machine. */
export const PATIENCE = { timeout: 60_000 };

/**
 * Tokens per second for tests that do not depend on the pace: the server's maximum, more than the
 * page itself offers.
 */
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
	/** The hint that connecting takes long. */
	readonly hint: Locator;
	/** The reason why the text in the box was not sent. */
	readonly refusal: Locator;
	/** The boundary between messages that are no longer sent and those that are. */
	readonly cut: Locator;
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
		this.hint = page.getByTestId("hint");
		this.refusal = page.getByTestId("refusal");
		this.cut = page.getByTestId("cut");
		this.questions = page.getByTestId("message-user");
		this.answers = page.getByTestId("message-assistant");
	}

	/**
	 * Opens the page and starts the record. Sets the embedded model to this pace; `null` leaves it
	 * unchanged.
	 */
	static async open(page: Page, origin: string, pace: number | null = FASTEST): Promise<ChatPage> {
		const chatPage = new ChatPage(page);
		await page.goto(origin);
		await expect(page.getByTestId("model")).not.toBeEmpty();
		if (pace !== null && (await chatPage.pace.isVisible())) await chatPage.setPace(pace);
		await page.evaluate(beginRecord);
		return chatPage;
	}

	/** Sets the embedded model's pace, in tokens per second. */
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

	/** Sends a question and waits for the whole message of the model. Returns its rendered text. */
	async askAndRead(question: string): Promise<string> {
		const earlier = await this.answers.count();
		await this.ask(question);
		return this.readAnswer(earlier);
	}

	/** Waits until the model's message with this index is complete. Returns its rendered text. */
	async readAnswer(index: number): Promise<string> {
		const answer = this.answers.nth(index);
		await expect(answer).toHaveAttribute("data-done", "true", PATIENCE);
		return text(answer);
	}

	/** Waits until the last message, still running, has at least this many characters. */
	async waitForText(length: number): Promise<void> {
		const answer = this.answers.last();
		const soon = { ...PATIENCE, intervals: [50] };
		await expect.poll(async () => (await text(answer)).length, soon).toBeGreaterThanOrEqual(length);
		await expect(answer).toHaveAttribute("data-done", "false");
	}

	/** Waits until the page shows this connection state. */
	async waitForState(state: string): Promise<void> {
		await expect(this.state).toHaveAttribute("data-state", state, PATIENCE);
	}

	record(): Promise<PageRecord> {
		return this.page.evaluate(() => (globalThis as unknown as { seen: PageRecord }).seen);
	}
}

/** Returns the text of a message, without the remark beneath it. */
export async function text(answer: Locator): Promise<string> {
	return (await answer.locator(".prose").textContent()) ?? "";
}

/**
 * Fixes the random part of the library's waits, so that the waits are as short or as long as
 * possible.
 */
export async function fixChance(page: Page, value: number): Promise<void> {
	await page.addInitScript((value) => {
		Math.random = () => value;
	}, value);
}

/** Runs in the page. */
function beginRecord(): void {
	const states: [string, string][] = [];
	const growth: number[] = [];
	Object.assign(globalThis, { seen: { states, growth } });
	const pill = document.querySelector<HTMLElement>('[data-testid="state"]')!;

	const look = (): void => {
		const state = pill.dataset.state ?? "";
		const text = pill.textContent ?? "";
		const [lastState, lastText] = states.at(-1) ?? [];
		if (state !== lastState || text !== lastText) states.push([state, text]);

		const running = document.querySelector('[data-testid="message-assistant"][data-done="false"] .prose');
		const length = running?.textContent?.length ?? 0;
		if (length > 0 && length !== growth.at(-1)) growth.push(length);
	};
	look();
	new MutationObserver(look).observe(document.body, {
		subtree: true,
		childList: true,
		characterData: true,
		attributeFilter: ["data-state", "data-done"],
	});
}
