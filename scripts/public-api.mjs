// Owns `npm run api`: the public API of the crate as it is kept in `api/`, so that a change of it is seen where it is reviewed.
// `npm run api -- --write` keeps what there is now. A line that goes, or that is another one, is a breaking change.
//
// The listing is cargo-public-api's, of what rustdoc says, which only the nightly toolchain writes down for programs.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { root, toolsPath } from "./lib/tools.mjs";
import { setupApi } from "./setup.mjs";

const WASM = "wasm32-unknown-unknown";

/** The core as everybody has it; and what there is in a browser besides. */
const LISTINGS = { "core.txt": ["--no-default-features"], "web.txt": ["--target", WASM, "--features", "serde"] };

/** Traits that are derived are of the API, those that each type has are not. */
const DETAIL = ["-ss", "--color", "never"];

/** A line of a listing. What cargo says meanwhile begins otherwise. */
const ITEM = /^(#\[|pub |impl)/;

script(async () => {
	const { values } = readArguments({ options: { write: { type: "boolean", default: false } } });
	const missing = await whatIsMissing();
	if (missing) {
		say(`the public API was not listed: ${missing}`);
		process.exitCode = values.write ? 1 : 0;
		return;
	}
	await setupApi();
	const core = await list("core.txt");
	const web = (await list("web.txt")).filter((item) => !core.includes(item));
	for (const [name, items] of Object.entries({ "core.txt": core, "web.txt": web })) {
		values.write ? write(name, items) : compare(name, items);
	}
	say(values.write ? "the public API is kept in api/" : "the public API is what api/ says");
});

/** A second toolchain, and what it needs, is the person's to want: why there is no listing without. */
async function whatIsMissing() {
	const { output } = await run("rustup", ["target", "list", "--installed", "--toolchain", "nightly"], {
		capture: true,
	});
	if (!output.includes(WASM)) {
		return `it needs Rust's nightly toolchain (rustup toolchain install nightly --profile minimal --target ${WASM})`;
	}
	return undefined;
}

async function list(name) {
	say(`listing the public API: ${name}`);
	const { output } = await run("cargo", ["+nightly", "public-api", ...DETAIL, ...LISTINGS[name]], {
		cwd: root,
		env: toolsPath,
		capture: true,
		problem: "The public API could not be listed; is the nightly toolchain one that cargo-public-api knows?",
	});
	// What is an impl of two types is listed with each.
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
		const advice = "If that is what is wanted: npm run api -- --write";
		throw new Problem(`The public API is not what api/${name} says.\n${[...gone, ...added].join("\n")}\n${advice}`);
	}
}
