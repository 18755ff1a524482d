// Installs missing tools. A build needs the pinned Rust with its wasm target and the source of its
// standard library, npm packages and wasm-bindgen. `--test` also installs wasm-pack, geckodriver,
// browsers and valgrind, and `--cluster` installs the servers of tests/cluster.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, run, say, script, version } from "./lib/process.mjs";
import {
	cargoFuzzVersion,
	cargoPublicApiVersion,
	find,
	findChromium,
	findFirefox,
	findNchan,
	findNginx,
	findRedis,
	findWebKitDriver,
	geckodriverVersion,
	leastNode,
	root,
	toolsBin,
	toolsFolder,
	wasmBindgenVersion,
	wasmPackVersion,
} from "./lib/tools.mjs";

/** The names of Debian's packages. The font is needed for CJK text in the screenshots. */
const BROWSER_PACKAGES = [
	"chromium",
	"chromium-driver",
	"firefox-esr",
	"webkit2gtk-driver",
	"xvfb",
	"fonts-wqy-microhei",
];

/** For each browser, returns whether it and the programs that its tests need are installed. */
const BROWSERS = {
	chromium: () => findChromium() && find("chromedriver"),
	firefox: () => findFirefox(),
	webkit: () => findWebKitDriver() && find("Xvfb"),
};

const CLUSTER_PACKAGES = ["nginx", "libnginx-mod-nchan", "redis-server"];

/**
 * The tools are built with little optimization: more would take longer than all runs of the tools
 * together. The tools share a target folder, so that their common dependencies are built once.
 */
const QUICK_BUILD = {
	CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
	CARGO_PROFILE_RELEASE_LTO: "off",
	CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
	CARGO_PROFILE_RELEASE_STRIP: "true",
	CARGO_TARGET_DIR: join(toolsFolder, "build"),
};

/**
 * Installs the tools for a build. When Rust is installed, `meanwhile` runs in parallel with the
 * slow part.
 */
export async function setupBuild(meanwhile = async () => {}) {
	checkNode();
	await checkRust();
	await npmPackages();
	await wasmTarget();
	await rustSource();
	await Promise.all([wasmBindgen(), meanwhile()]);
}

/** Installs the tools for tests in these browsers, and for counting instructions. */
export async function setupTests({ browsers = Object.keys(BROWSERS), counting = true } = {}) {
	if (browsers.length > 0) {
		await cargoTool("wasm-pack", wasmPackVersion);
	}
	if (browsers.includes("firefox")) {
		await cargoTool("geckodriver", geckodriverVersion);
	}
	removeToolsBuild();
	await installBrowsers(browsers);
	if (counting) {
		await setupCounting();
	}
}

/** Installs the tools for counting instructions. */
export async function setupCounting() {
	await checkRust();
	if (!find("valgrind")) {
		await aptPackages("valgrind", ["valgrind"], "Counting instructions needs valgrind.");
	}
}

/**
 * Installs the tools for fuzzing, except the nightly toolchain. The user has to install it, because
 * only fuzzing and the listing of the API need it.
 */
export async function setupFuzz() {
	await checkRust();
	const { output } = await run("rustup", ["toolchain", "list"], { cwd: root, capture: true });
	if (!/^nightly-(?!\d)/m.test(output)) {
		throw new Problem("Fuzzing needs Rust's nightly toolchain: rustup toolchain install nightly --profile minimal");
	}
	await cargoTool("cargo-fuzz", cargoFuzzVersion);
	removeToolsBuild();
}

/** Installs the tool that lists the crate's public API. Needs the nightly toolchain. */
export async function setupApi() {
	await cargoTool("cargo-public-api", cargoPublicApiVersion);
	removeToolsBuild();
}

/** Installs the servers of tests/cluster. */
export async function setupCluster() {
	if (findNginx() && findNchan() && findRedis()) {
		return;
	}
	await aptPackages("servers", CLUSTER_PACKAGES, "The tests on a cluster need nginx with nchan, and Redis.");
}

function checkNode() {
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
		throw new Problem(`Node ${leastNode.join(".")} or newer is needed; you have ${process.versions.node}.`);
	}
}

async function checkRust() {
	if (await version("rustup")) {
		await toolchain();
		if (await version("cargo")) {
			return;
		}
	}
	throw new Problem("Rust and rustup are needed. Install them from https://rustup.rs.");
}

async function npmPackages() {
	// npm writes this file after each installation.
	const installed = join(root, "node_modules", ".package-lock.json");
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs) {
		return;
	}
	say("installing npm packages");
	// Without a network, npm's default retries would take a minute and a half.
	const args = [
		"ci",
		"--engine-strict=false",
		"--no-audit",
		"--no-fund",
		"--fetch-retries=1",
		"--fetch-retry-mintimeout=1000",
	];
	await run("npm", args, {
		cwd: root,
		capture: true,
		problem: "The npm packages could not be installed; are you online?",
	});
}

/** Installs the toolchain of rust-toolchain.toml, for versions of rustup that do not. */
async function toolchain() {
	const [, channel] = /^channel = "(.*)"$/m.exec(readFileSync(join(root, "rust-toolchain.toml"), "utf8"));
	const { output } = await run("rustup", ["toolchain", "list"], { cwd: root, capture: true });
	if (output.split("\n").some((name) => name.startsWith(`${channel}-`))) {
		return;
	}
	say(`installing Rust ${channel}`);
	const components = ["rustfmt", "clippy", "rust-src"].flatMap((name) => ["--component", name]);
	const args = ["toolchain", "install", channel, "--profile", "minimal", ...components];
	await run("rustup", [...args, "--target", "wasm32-unknown-unknown"], {
		cwd: root,
		capture: true,
		problem: `Rust ${channel} could not be installed; are you online?`,
	});
}

async function wasmTarget() {
	const { output } = await run("rustup", ["target", "list", "--installed"], { cwd: root, capture: true });
	if (output.includes("wasm32-unknown-unknown")) {
		return;
	}
	say("installing Rust's wasm32-unknown-unknown target");
	await run("rustup", ["target", "add", "wasm32-unknown-unknown"], {
		cwd: root,
		capture: true,
		problem: "Rust's wasm32-unknown-unknown target could not be installed; are you online?",
	});
}

/** The build of the npm package compiles the standard library. */
async function rustSource() {
	const { output } = await run("rustup", ["component", "list", "--installed"], { cwd: root, capture: true });
	if (output.includes("rust-src")) {
		return;
	}
	say("installing the source of Rust's standard library");
	await run("rustup", ["component", "add", "rust-src"], {
		cwd: root,
		capture: true,
		problem: "The source of Rust's standard library could not be installed; are you online?",
	});
}

/** This is built without TLS, which only the downloads of its test runner need. */
const wasmBindgen = () => cargoTool("wasm-bindgen-cli", wasmBindgenVersion, "wasm-bindgen", ["--no-default-features"]);

async function cargoTool(crate, wanted, program = crate, flags = []) {
	const path = join(toolsBin, program);
	if ((await version(path))?.includes(wanted)) {
		return;
	}
	say(`building ${program} ${wanted} (1 to 3 minutes, only once on this machine)`);
	mkdirSync(toolsFolder, { recursive: true });
	await run("cargo", ["install", crate, "--version", wanted, "--locked", "--root", toolsFolder, ...flags], {
		cwd: toolsFolder,
		env: QUICK_BUILD,
		log: join(toolsFolder, `${program}.log`),
		problem: `${program} ${wanted} could not be built (${join(toolsFolder, `${program}.log`)}); are you online?`,
	});
	say(`${program} is ready`);
}

/** Removes the target folder of the tools: it contains a gigabyte that no later step needs. */
function removeToolsBuild() {
	rmSync(QUICK_BUILD.CARGO_TARGET_DIR, { recursive: true, force: true });
}

async function installBrowsers(names) {
	if (names.some((name) => !BROWSERS[name]())) {
		await aptPackages("browsers", BROWSER_PACKAGES, `The tests need these browsers: ${names.join(", ")}.`);
	}
}

/**
 * When a package with a service is installed, the service is started. But the tests start their own
 * servers. With `SYSTEMD_OFFLINE`, `systemctl` starts nothing.
 */
const QUIET_INSTALL = { DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" };

async function aptPackages(what, packages, needed) {
	const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
	if (process.getuid?.() !== 0 || !find("apt-get")) {
		throw new Problem(`${needed} On Debian or Ubuntu: sudo ${command}`);
	}
	say(`installing ${what}: ${packages.join(", ")}`);
	const problem = `Installing ${what} failed: "${command}". Are you online?`;
	const options = { capture: true, env: QUIET_INSTALL, problem };
	await run("apt-get", ["update", "-qq"], options);
	await run("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...command.split(" ").slice(1)], options);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await setupBuild();
		if (process.argv.includes("--test")) {
			await setupTests();
		}
		if (process.argv.includes("--cluster")) {
			await setupCluster();
		}
		say("all tools are installed");
	});
}
