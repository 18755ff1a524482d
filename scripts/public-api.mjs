// `npm run api`: compares the public API of the crate with the listing in `api/`, so that a review
// shows each change. A line that disappears or changes is a breaking change.
//
//     npm run api -- --write     writes the listing
//
// cargo-public-api makes the listing from rustdoc's JSON, which needs the nightly toolchain.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { root, toolsPath } from "./lib/tools.mjs";
import { setupApi } from "./setup.mjs";

const WASM = "wasm32-unknown-unknown";

/**
 * The listing of the core, which is the same for every target, and the listing with the items of
 * the browser layer.
 */
const LISTINGS = { "core.txt": ["--no-default-features"], "web.txt": ["--target", WASM, "--features", "serde"] };

/** With these flags, derived traits are listed, but not blanket and automatic implementations. */
const DETAIL = ["-ss", "--color", "never"];

/** Matches the lines of a listing, but not the messages of cargo. */
const ITEM = /^(#\[|pub |impl)/;

script(async () => {
	const { values } = readArguments({ options: { write: { type: "boolean", default: false } } });
	const missing = await whatIsMissing();
	if (missing) {
		say(`the public API was not listed, because ${missing}`);
		process.exitCode = values.write ? 1 : 0;
		return;
	}
	await setupApi();
	const core = await list("core.txt");
	const web = (await list("web.txt")).filter((item) => !core.includes(item));
	for (const [name, items] of Object.entries({ "core.txt": core, "web.txt": web })) {
		values.write ? write(name, items) : compare(name, items);
	}
	say(values.write ? "wrote the public API to api/" : "the public API matches the listing in api/");
});

/**
 * Returns the missing tools. The user may not want to install them, so a missing tool is not a
 * failure.
 */
async function whatIsMissing() {
	const { output } = await run("rustup", ["target", "list", "--installed", "--toolchain", "nightly"], {
		capture: true,
	});
	if (!output.includes(WASM)) {
		return `that needs Rust's nightly toolchain (rustup toolchain install nightly --profile minimal --target ${WASM})`;
	}
	return undefined;
}

async function list(name) {
	say(`listing the public API: ${name}`);
	const { output } = await run("cargo", ["+nightly", "public-api", ...DETAIL, ...LISTINGS[name]], {
		cwd: root,
		env: toolsPath,
		capture: true,
		problem: "The public API could not be listed. Does cargo-public-api support this nightly toolchain?",
	});
	// An `impl` for two types is listed twice, once for each type.
	return [...new Set(output.split("\n").filter((line) => ITEM.test(line)))];
}

function write(name, items) {
	mkdirSync(join(root, "api"), { recursive: true });
	writeFileSync(join(root, "api", name), `${items.join("\n")}\n`);
}

function compare(name, items) {
	const kept = readFileSync(join(root, "api", name), "utf8")
		.trimEnd()
		.split("\n");
	const gone = kept.filter((item) => !items.includes(item)).map((item) => `- ${item}`);
	const added = items.filter((item) => !kept.includes(item)).map((item) => `+ ${item}`);
	if (gone.length + added.length > 0) {
		const advice = "If the change is intended: npm run api -- --write";
		throw new Problem(`The public API differs from api/${name}.\n${[...gone, ...added].join("\n")}\n${advice}`);
	}
}
