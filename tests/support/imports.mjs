// Reads the imports of the sources: of TypeScript by their paths, of Rust by the modules that a
// `use` or a path names.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** Returns the files below a folder with this ending, relative to the root of the repository. */
export function filesOf(folder, ending) {
	return readdirSync(join(root, folder), { recursive: true })
		.map((name) => join(folder, name))
		.filter((name) => name.endsWith(ending))
		.sort();
}

/**
 * Returns the imports of a TypeScript file, as paths from the root of the repository. Leaves out
 * generated files and packages.
 */
export function importsOfTypeScript(file) {
	const code = readFileSync(join(root, file), "utf8");
	const paths = [...code.matchAll(/(?:from|import) "(\.[^"]+)"/g)].map(([, path]) => {
		const target = normalize(join(dirname(file), path));
		return [target.replace(/\.js$/, ".ts"), target, `${target}.ts`].find((name) => existsSync(join(root, name)));
	});
	return [...new Set(paths)].filter((path) => path && !path.startsWith("pkg"));
}

/** Maps each Rust file of a crate to its imports, as paths from the root of the repository. */
export function importsOfCrate(source) {
	const files = filesOf(source, ".rs");
	const modules = new Map(files.map((file) => [moduleOf(file, source), { file, ...pathsIn(file) }]));
	const imports = new Map();
	for (const [name, { file, paths }] of modules) {
		const targets = paths.map((path) => modules.get(resolve(path, name, modules)).file);
		imports.set(
			file,
			[...new Set(targets)].filter((target) => target !== file),
		);
	}
	return imports;
}

/**
 * Returns `web::driver` for `src/web/driver/mod.rs`, and an empty string for the root of the crate.
 */
function moduleOf(file, source) {
	const path = relative(source, file).replace(/\.rs$/, "").split("/");
	return path.filter((part, index) => !(/^(mod|lib|main)$/.test(part) && index === path.length - 1)).join("::");
}

/**
 * Returns the paths that begin in this crate: one for each name of a `use` declaration, and those
 * of expressions. Also returns the paths that the module reexports with `pub use`. Omits tests, and
 * imports that are used only in documentation.
 */
function pathsIn(file) {
	const code = readFileSync(join(root, file), "utf8")
		.replace(/\/\/.*$/gm, "")
		.replace(/"(?:[^"\\]|\\.)*"/gs, '""')
		.replace(/#\[cfg\(test\)\]\s*mod \w+ \{.*/s, "")
		.replace(/#\[cfg\(doc\)\]\s*use [^;]+;/g, "");
	const used = [...code.matchAll(/\buse ([^;]+);/g)].flatMap(([, tree]) => flatten(tree.replace(/\s+/g, " ").trim()));
	const rest = code.replace(/\buse [^;]+;/g, "").replace(/pub\(in [\w:]+\)/g, "");
	const inline = [...rest.matchAll(/\b(?:crate|super|self)(?:::\w+)+/g)].map(([path]) => path);
	const passedOn = [...code.matchAll(/\bpub(?:\([^)]*\))? use ([^;]+);/g)].flatMap(([, tree]) =>
		flatten(tree.replace(/\s+/g, " ").trim()),
	);
	return {
		paths: [...used, ...inline].filter((path) => /^(crate|super|self)\b/.test(path)).map(parts),
		passedOn: passedOn.map(parts),
	};
}

const parts = (path) => path.split("::");

/** Flattens a tree of `use`: `a::{b, c::d}` becomes `a::b` and `a::c::d`. */
function flatten(tree) {
	const brace = tree.indexOf("{");
	if (brace < 0) {
		return [tree.replace(/ as .*/, "").trim()];
	}
	const parts = [""];
	let depth = 0;
	for (const character of tree.slice(brace + 1, tree.lastIndexOf("}"))) {
		depth += character === "{" ? 1 : character === "}" ? -1 : 0;
		if (character === "," && depth === 0) {
			parts.push("");
		} else {
			parts[parts.length - 1] += character;
		}
	}
	return parts.filter((part) => part.trim()).flatMap((part) => flatten(tree.slice(0, brace) + part.trim()));
}

/** Returns the module in which a path ends. Follows the reexports of the modules in the path. */
function resolve(path, from, modules) {
	let at = path[0] === "crate" ? "" : from;
	for (const name of path) {
		if (name === "super") {
			at = at.includes("::") ? at.slice(0, at.lastIndexOf("::")) : "";
		} else if (name !== "crate" && name !== "self") {
			const inner = at ? `${at}::${name}` : name;
			const passedOn = modules.get(at)?.passedOn.find((other) => other.at(-1) === name && other !== path);
			if (modules.has(inner)) {
				at = inner;
			} else if (passedOn) {
				// Since Rust 2018, a path begins in this module unless it begins with `crate`,
				// `super` or the name of a crate.
				return resolve(/^(crate|super|self)$/.test(passedOn[0]) ? passedOn : ["self", ...passedOn], at, modules);
			} else {
				return at;
			}
		}
	}
	return at;
}
