// Tests the compressed files of the built pages, as the real chat server serves them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { serverPath } from "../../scripts/build-server.mjs";
import { compress } from "../../scripts/lib/compress.mjs";
import { serve } from "../../scripts/lib/process.mjs";

const page = `<!doctype html><title>Ä</title>${"<p>A paragraph of the page.</p>\n".repeat(1000)}`;
const files = { "index.html": page, "assets/a.js": `${page}//`, "small.css": "a{}", "photo.png": page };

let folder;
let server;

before(async () => {
	folder = mkdtempSync(join(tmpdir(), "headwater-compressed-"));
	mkdirSync(join(folder, "assets"));
	for (const [name, text] of Object.entries(files)) {
		writeFileSync(join(folder, name), text);
	}
	compress(folder);
	server = await serve(serverPath("headwater-chat"), ["--root", folder], /on (http:\S+)/, { env: { PORT: "0" } });
});

after(async () => {
	await server.stop();
	rmSync(folder, { recursive: true });
});

/** Returns the response as it is sent, because `fetch` would decompress it. */
function get(path, headers) {
	return new Promise((resolve, reject) => {
		request(server.found + path, { headers }, async (response) => {
			const { statusCode: status, headers: fields } = response;
			resolve({ status, fields, body: Buffer.concat(await response.toArray()) });
		})
			.on("error", reject)
			.end();
	});
}

test("a browser gets the smallest form that it accepts, and each form is the same file", async () => {
	const type = { "/": "text/html", "/assets/a.js": "text/javascript" };
	for (const [path, text] of [
		["/", page],
		["/assets/a.js", files["assets/a.js"]],
	]) {
		for (const [accepted, encoding, decode] of [
			["gzip, deflate, br, zstd", "br", brotliDecompressSync],
			["gzip", "gzip", gunzipSync],
			["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
			["identity", undefined, (body) => body],
			[undefined, undefined, (body) => body],
		]) {
			const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
			const { status, fields, body } = await get(path, headers);
			assert.equal(status, 200);
			assert.equal(fields["content-encoding"], encoding, `${path} ${accepted}`);
			assert.equal(fields["content-type"], type[path]);
			assert.equal(fields.vary, "accept-encoding");
			assert.equal(decode(body).toString(), text);
			assert.ok(encoding === undefined || body.length < text.length / 10, `${encoding} has ${body.length} bytes`);

			const again = await get(path, { ...headers, "if-none-match": fields.etag });
			assert.deepEqual([again.status, again.body.length], [304, 0]);
		}
	}
});

test("files that would not get smaller are left alone", () => {
	assert.deepEqual(
		["small.css", "photo.png"].filter((name) => existsSync(join(folder, `${name}.br`))),
		[],
	);
	assert.ok(readFileSync(join(folder, "index.html.gz")).length > 0);
});
