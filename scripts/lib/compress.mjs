// Compresses the files of a built page once, so that the chat server does not compress them for
// each request.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** The kinds of files to compress. Other files, such as pictures, are compressed already. */
const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm"]);
/** In bytes. A smaller file fits into one packet with or without compression. */
const SMALLEST = 1024;
/**
 * Compared with the highest quality, 11, this takes a twelfth of the time, and the files are 8 %
 * larger.
 */
const BROTLI_QUALITY = 6;

/** Writes `NAME.br` and `NAME.gz` beside each file of the folder that becomes smaller. */
export function compress(folder) {
	for (const name of readdirSync(folder, { recursive: true })) {
		const path = join(folder, name);
		if (!COMPRESSIBLE.has(extname(path)) || statSync(path).size < SMALLEST) {
			continue;
		}
		const bytes = readFileSync(path);
		const brotli = brotliCompressSync(bytes, {
			params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
		});
		for (const [suffix, compressed] of [
			[".br", brotli],
			[".gz", gzipSync(bytes, { level: 9 })],
		]) {
			if (compressed.length < bytes.length) {
				writeFileSync(path + suffix, compressed);
			}
		}
	}
}
