// Checks the oldest supported Rust, `rust-version` in Cargo.toml. No dependency may require a newer
// version. If that toolchain is installed, the crate has to build with it. clippy finds calls to
// functions of a newer standard library.

import { Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

const WASM = "wasm32-unknown-unknown";

/** The two ways in which dependents build the crate: the browser layer and the core. */
const BUILDS = { [WASM]: ["--target", WASM, "--features", "serde"], "this machine": ["--no-default-features"] };

script(async () => {
	readArguments({});
	const { packages, resolve } = await metadata();
	const crate = packages.find(({ id }) => id === resolve.root);
	const least = crate.rust_version;
	const later = dependencies(resolve)
		.map((id) => packages.find((dependency) => dependency.id === id))
		.filter(({ rust_version: needed }) => needed && compare(needed, least) > 0);
	if (later.length > 0) {
		const names = later.map(({ name, version, rust_version: needed }) => `${name} ${version} (${needed})`);
		throw new Problem(
			`Cargo.toml requires Rust ${least}, but these dependencies need a newer one: ${names.join(", ")}.`,
		);
	}
	say(`no dependency requires a newer Rust than ${least}`);
	const toolchain = await installed(least);
	if (!toolchain) {
		const command = `rustup toolchain install ${least} --profile minimal --target ${WASM}`;
		say(`skipped the build with Rust ${least}, which is not installed. To install it: ${command}`);
		return;
	}
	for (const [name, args] of Object.entries(BUILDS)) {
		say(`building with Rust ${least} for ${name}`);
		const problem = `The crate does not build for ${name} with Rust ${least}, although Cargo.toml says that it does.`;
		await run("cargo", [`+${toolchain}`, "check", "--quiet", "--lib", ...args], { cwd: root, problem });
	}
	say(`the crate builds with Rust ${least}`);
});

async function metadata() {
	const args = ["metadata", "--format-version=1", "--locked", `--filter-platform=${WASM}`, "--features=serde"];
	const { output } = await run("cargo", [...args, "--quiet"], {
		cwd: root,
		capture: true,
		problem: "cargo metadata failed.",
	});
	return JSON.parse(output.slice(output.indexOf("{")));
}

/** Returns the IDs of the crates that dependents compile, without dev-dependencies. */
function dependencies({ root, nodes }) {
	const found = new Set();
	const visit = (id) => {
		for (const { pkg, dep_kinds: kinds } of nodes.find((node) => node.id === id).deps) {
			if (!found.has(pkg) && kinds.some(({ kind }) => kind !== "dev")) {
				found.add(pkg);
				visit(pkg);
			}
		}
	};
	visit(root);
	return [...found];
}

/** Returns rustup's name for the toolchain if it is installed with the WebAssembly target. */
async function installed(least) {
	const { output } = await run("rustup", ["toolchain", "list", "--quiet"], { capture: true });
	const toolchain = output.split("\n").find((name) => name.startsWith(`${least}-`) || name.startsWith(`${least}.`));
	const targets = ["target", "list", "--installed", "--toolchain", toolchain];
	return toolchain && (await run("rustup", targets, { capture: true })).output.includes(WASM) ? toolchain : undefined;
}

function compare(one, other) {
	const [a, b] = [one, other].map((version) => version.split(".").map(Number));
	return a[0] - b[0] || a[1] - b[1] || (a[2] ?? 0) - (b[2] ?? 0);
}
