// The public address of the project. `npm run address` copies it into both manifests.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `repository` is the URL of the Git repository, `homepage` the page for users and `bugs` the page
 * for bug reports. It is null until the project has an address.
 */
export const ADDRESS = null;

const KEYS = ["repository", "homepage", "bugs"];

/** Returns a sentence if the manifests in the folder do not contain this address. */
export function wrongAddress(folder, address = ADDRESS) {
	const missing = KEYS.filter((key) => !address?.[key]);
	if (missing.length > 0) {
		return (
			`The project has no public address: set ADDRESS in scripts/lib/address.mjs (missing: ${missing.join(", ")}). ` +
			'Then run "npm run address" and commit both manifests.'
		);
	}
	const differing = [...written(folder, address)].filter(([file, text]) => read(folder, file) !== text);
	return differing.length === 0
		? undefined
		: `${differing.map(([file]) => file).join(" and ")}: the address differs from scripts/lib/address.mjs. Run "npm run address".`;
}

/** Writes the address into both manifests, and returns their names. */
export function writeAddress(folder, address = ADDRESS) {
	const manifests = written(folder, address);
	for (const [file, text] of manifests) {
		writeFileSync(join(folder, file), text);
	}
	return [...manifests.keys()];
}

/** Returns the texts of both manifests with the address. */
function written(folder, { repository, homepage, bugs }) {
	const { version, description, ...rest } = JSON.parse(read(folder, "package.json"));
	const { name, keywords, license, ...others } = rest;
	const links = {
		repository: { type: "git", url: `git+${repository.replace(/\.git$/, "")}.git` },
		homepage,
		bugs: { url: bugs },
	};
	const manifest = { name, version, description, keywords, license, ...links, ...withoutKeys(others) };
	const crate = read(folder, "Cargo.toml")
		.replace(/^(repository|homepage) = .*\n/gm, "")
		.replace(/^license = .*\n/m, (line) => `${line}repository = "${repository}"\nhomepage = "${homepage}"\n`);
	return new Map([
		["package.json", `${JSON.stringify(manifest, null, "\t")}\n`],
		["Cargo.toml", crate],
	]);
}

const withoutKeys = (manifest) => Object.fromEntries(Object.entries(manifest).filter(([key]) => !KEYS.includes(key)));

const read = (folder, file) => readFileSync(join(folder, file), "utf8");
