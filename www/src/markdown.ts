// Renders Markdown that arrives in pieces. The work of one frame depends on the new text only, not
// on the length of the whole: see docs/decisions/0046-parse-markdown-once-and-split-long-blocks.md.

import * as smd from "streaming-markdown";
import { make } from "./dom.ts";
import { schedule, scheduled, type Work } from "./frames.ts";
import { restoreAllBrackets } from "./links.ts";
import { joinParagraphs, LongText } from "./long-text.ts";
import { shallowParser } from "./nesting.ts";
import { limitPending } from "./pending.ts";
import { current, finish, holdsText, type Renderer, renderer } from "./renderer.ts";
import { sanitizeAnswer } from "./sanitize.ts";

/** The number of characters that are rendered in one step. */
const STEP = 256;

const HIGH_SURROGATE = /[\uD800-\uDBFF]$/;

// Matches a character without a special meaning within a line of Markdown.
const PLAIN = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}.,:;?。、，：；？！…]$/u;

/** Renders one Markdown text into an element while it arrives, in the page's next frames. */
export class MarkdownStream {
	readonly #root: HTMLElement;
	readonly #long = new LongText();
	readonly #renderer: Renderer;
	readonly #parser: smd.Parser;
	readonly #held = new Text();
	#plain: HTMLElement | undefined;
	#waiting = "";
	/** The number of characters of `#waiting` that are rendered. */
	#done = 0;
	#rendering = false;

	constructor(root: HTMLElement) {
		this.#root = root;
		this.#renderer = renderer(root, this.#long, () => this.#parser.pending);
		this.#parser = shallowParser(this.#renderer);
		let width: number | undefined;
		new ResizeObserver(() => {
			if (width !== undefined && width !== root.clientWidth) schedule(joinParagraphs(root));
			width = root.clientWidth;
		}).observe(root);
	}

	/**
	 * Renders the next piece in the next frames. Never throws: if the parser fails, the text is
	 * shown as plain text.
	 */
	write(text: string): void {
		this.#waiting += text;
		if (this.#rendering) return;
		this.#rendering = true;
		schedule(this.#render());
	}

	/**
	 * Ends the text, at any point. The promise is fulfilled when all text is shown, even after an
	 * error. An error is reported.
	 */
	async finish(): Promise<void> {
		await scheduled(this.#end()).catch(reportError);
	}

	*#render(): Work {
		while (this.#done < this.#waiting.length) {
			const text = this.#waiting.slice(this.#done, this.#done + STEP).replace(HIGH_SURROGATE, "");
			if (!text) break;
			this.#done += text.length;
			this.#show(text);
			yield;
		}
		// The first half of a surrogate pair can remain.
		this.#waiting = this.#waiting.slice(this.#done);
		this.#done = 0;
		this.#rendering = false;
	}

	*#end(): Work {
		yield* this.#render();
		if (!this.#plain) {
			this.#show(`${this.#waiting}\n`);
			// The parser holds a link's address back until the closing bracket arrives.
			const held = (this.#renderer.flush() + this.#parser.pending).trim();
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
		let parsed = 0;
		try {
			// The parser shows its text at the end of each piece. It gets every character as a
			// piece of its own, so that the result does not depend on how the text arrived.
			for (const character of text) {
				smd.parser_write(this.#parser, character);
				limitPending(this.#parser);
				parsed += character.length;
			}
			this.#renderer.flush();
		} catch (error) {
			reportError(error);
			const rest = this.#renderer.flush() + this.#parser.pending + text.slice(parsed);
			this.#plain = make("p", "plain", rest);
			this.#root.append(this.#plain);
		}
	}

	/**
	 * Shows the character that the parser holds back until it knows the next one. With a slow model
	 * the next character can take a while, and in CJK text the held character is a whole token.
	 */
	#showHeld(): void {
		const element = current(this.#renderer.data);
		const { pending } = this.#parser;
		if (this.#plain || !holdsText(element) || !PLAIN.test(pending)) return;
		this.#held.data = pending;
		element.append(this.#held);
	}
}
