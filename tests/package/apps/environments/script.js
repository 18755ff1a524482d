// The package and the checks as a classic script, for environments without modules.

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
