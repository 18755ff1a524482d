// Owns the package and the questions as a classic script, for environments that take no modules.

import { buildSync } from "esbuild";

const contents = `
	import * as headwater from "headwater";
	import { refusals, wrong } from "./read.js";
	globalThis.wrongAt = (url) => wrong(headwater, url);
	globalThis.refusalsAt = (url) => refusals(headwater, url);`;

export const [{ text: script }] = buildSync({
	stdin: { contents, resolveDir: import.meta.dirname },
	...{ bundle: true, format: "iife", write: false },
}).outputFiles;
