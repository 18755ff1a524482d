// Finds the colored parts of code, in a worker. The page stays responsive, however long that takes.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";

// Each also registers its usual aliases: js, ts, py, sh, html, rs, ...
const LANGUAGES = { bash, css, javascript, json, python, rust, typescript, xml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** A part of the code: its length and the classes of the elements around it, from the outermost. */
export type Part = readonly [length: number, ...classes: string[]];

/** The message to this worker. The reply is the list of all parts. */
export interface Code {
	readonly text: string;
	readonly language: string;
}

addEventListener("message", ({ data }: MessageEvent<Code>) => {
	const { text, language } = data;
	postMessage(hljs.getLanguage(language) ? parts(hljs.highlight(text, { language }).value) : []);
});

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** Reads the highlighter's HTML, in which every element is a `span` with a class. */
function parts(html: string): Part[] {
	const found: Part[] = [];
	const classes: string[] = [];
	for (const [, opened, text] of html.matchAll(/<span class="([^"]*)">|<\/span>|([^<]+)/g)) {
		if (opened !== undefined) classes.push(opened);
		else if (text === undefined) classes.pop();
		else found.push([text.replace(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity).length, ...classes]);
	}
	return found;
}
