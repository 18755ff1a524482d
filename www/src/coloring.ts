// Colors code without blocking the page: a worker finds the colored parts, and the page inserts
// them in slices.

import type { Code, Part } from "./color-worker.ts";
import { make } from "./dom.ts";
import { schedule, type Work } from "./frames.ts";

/**
 * How long coloring a block may take, in milliseconds. After this time the block stays without
 * colors.
 */
const PATIENCE = 2000;

// The deepest nesting of colored elements. Programs do not nest comments or template strings deeper
// than this, and browsers have trouble with thousands of nested elements.
const DEEPEST = 32;

// In characters. Longer blocks stay without colors, because the elements take about ten times the
// memory of their text.
const LONGEST = 250_000;

/** The number of parts that are inserted in one step. */
const STEP = 100;

interface Request {
	readonly code: HTMLElement;
	readonly language: string;
	readonly text: string;
}

const waiting: Request[] = [];
let worker: Worker | undefined;
let busy = false;

/**
 * Colors a complete block in the next frames if its language is known. The text of the block stays
 * the same.
 */
export function color(code: HTMLElement, language: string): void {
	const text = code.textContent ?? "";
	if (text.length > LONGEST) return;
	waiting.push({ code, language, text });
	next();
}

function next(): void {
	const request = busy ? undefined : waiting.shift();
	if (!request) return;
	worker ??= startWorker();
	if (!worker) return;
	busy = true;
	const stop = new AbortController();
	const proceed = (): void => {
		clearTimeout(timer);
		stop.abort();
		busy = false;
		next();
	};
	// The highlighter needs minutes for some texts, and it can be stopped only by terminating its
	// worker.
	const giveUp = (): void => {
		worker?.terminate();
		worker = undefined;
		proceed();
	};
	const timer = setTimeout(giveUp, PATIENCE);
	worker.addEventListener("error", giveUp, stop);
	worker.addEventListener(
		"message",
		({ data }: MessageEvent<Part[]>) => {
			if (data.length > 0) schedule(insert(request.code, data));
			proceed();
		},
		stop,
	);
	worker.postMessage({ text: request.text, language: request.language } satisfies Code);
}

/** Starts a worker. A security policy can forbid workers; then code has no colors. */
function startWorker(): Worker | undefined {
	try {
		return new Worker(new URL("./color-worker.ts", import.meta.url), { type: "module" });
	} catch (error) {
		reportError(error);
		return undefined;
	}
}

/** Replaces the text of a block with the same text in colored elements. */
function* insert(code: HTMLElement, parts: readonly Part[]): Work {
	code.classList.add("colored");
	let index = 0;
	let used = 0;
	for (const text of textNodes(code)) {
		const { data } = text;
		let at = 0;
		while (at < data.length) {
			const colored = document.createDocumentFragment();
			for (let step = 0; step < STEP && at < data.length; step += 1) {
				const [length = data.length, ...classes] = parts[index] ?? [];
				const end = Math.min(data.length, at + length - used);
				colored.append(wrapped(data.slice(at, end), classes));
				used += end - at;
				at = end;
				if (used < length) continue;
				index += 1;
				used = 0;
			}
			text.before(colored);
			text.data = data.slice(at);
			yield;
		}
		text.remove();
	}
}

function textNodes(code: HTMLElement): Text[] {
	const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
	const found: Text[] = [];
	while (walker.nextNode()) found.push(walker.currentNode as Text);
	return found;
}

function wrapped(text: string, classes: readonly string[]): Node {
	return classes.slice(0, DEEPEST).reduceRight<Node>((inner, name) => {
		const outer = make("span", name);
		outer.append(inner);
		return outer;
	}, new Text(text));
}
