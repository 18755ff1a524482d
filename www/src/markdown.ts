// Renders Markdown that arrives in pieces. The work of one frame depends on the new text only, not on
// the length of the whole: see docs/decisions/0046.

import * as smd from "streaming-markdown";
import { make } from "./dom.ts";
import { schedule, scheduled, type Work } from "./frames.ts";
import { restoreAllBrackets } from "./links.ts";
import { LongText } from "./long-text.ts";
import { shallowParser } from "./nesting.ts";
import { limitPending } from "./pending.ts";
import { current, finish, renderer } from "./renderer.ts";
import { sanitizeAnswer } from "./sanitize.ts";

// The limits are checked after each of these characters, counted from the beginning of the whole
// text, so that the result does not depend on the pieces.
const STEP = 256;

// Characters with no special meaning in a line of Markdown.
const PLAIN = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}.,:;?。、，：；？！…]$/u;

// Text directly in these is not complete: its paragraph, item or cell comes with the next
// character.
const CONTAINERS = ".prose, blockquote, ol, ul, table, tr";

/** Renders one Markdown text into an element while it arrives, in the page's next frames. */
export class MarkdownStream {
	readonly #root: HTMLElement;
	readonly #long = new LongText();
	readonly #data: smd.Default_Renderer_Data;
	readonly #parser: smd.Parser;
	readonly #held = new Text();
	#plain: HTMLElement | undefined;
	#waiting = "";
	/** The number of characters of `#waiting` that are rendered. */
	#done = 0;
	/** The number of all rendered characters. */
	#total = 0;

	constructor(root: HTMLElement) {
		this.#root = root;
		const into = renderer(root, this.#long, () => this.#parser.pending);
		this.#data = into.data;
		this.#parser = shallowParser(into);
	}

	/**
	 * Renders the next piece soon. Never throws: text that the parser fails on is shown as plain text.
	 */
	write(text: string): void {
		const idle = this.#waiting === "";
		this.#waiting += text;
		if (idle && text) schedule(this.#render());
	}

	/** Ends the text, at any point. The promise is fulfilled when all of it is shown. */
	async finish(): Promise<void> {
		await scheduled(this.#end());
	}

	*#render(): Work {
		while (this.#done < this.#waiting.length) {
			const end = this.#done + STEP - (this.#total % STEP);
			const text = this.#waiting.slice(this.#done, end);
			this.#done += text.length;
			this.#total += text.length;
			this.#show(text);
			yield;
		}
		this.#waiting = "";
		this.#done = 0;
	}

	*#end(): Work {
		yield* this.#render();
		if (!this.#plain) {
			this.#show("\n");
			// The parser holds a link's address back until the closing bracket.
			const held = this.#parser.pending.trim();
			if (held) this.#root.append(make("p", "plain", held));
		}
		restoreAllBrackets(this.#root);
		for (const code of this.#root.querySelectorAll<HTMLElement>("pre > code:not(.finished)")) {
			finish(code);
		}
		yield* sanitizeAnswer(this.#root);
	}

	#show(text: string): void {
		this.#held.remove();
		if (this.#plain) {
			this.#plain.append(text);
			this.#long.grown(this.#plain, text.length);
		} else this.#parse(text);
		this.#long.split();
		this.#showHeld();
	}

	#parse(text: string): void {
		try {
			smd.parser_write(this.#parser, text);
			if (this.#total % STEP === 0) limitPending(this.#parser);
		} catch (error) {
			reportError(error);
			this.#plain = make("p", "plain", text);
			this.#root.append(this.#plain);
		}
	}

	/**
	 * Shows the character that the parser holds back until it knows the next one. With a slow model
	 * that may take a while, and in CJK text it is a whole token.
	 */
	#showHeld(): void {
		const element = current(this.#data);
		const { pending } = this.#parser;
		if (this.#plain || element.matches(CONTAINERS) || !PLAIN.test(pending)) return;
		this.#held.data = pending;
		element.append(this.#held);
	}
}
