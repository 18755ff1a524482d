// Installs, starts and stops the real servers of tests/servers/.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lastWords, Problem, run, say, version } from "./process.mjs";
import { tied } from "./tied.mjs";
import { find, root, toolsFolder } from "./tools.mjs";

const sources = (name, ...path) => join(root, "tests", "servers", name, ...path);

/**
 * With these variables, litellm does not fetch the prices of models and the list of Anthropic's
 * beta headers.
 */
const LITELLM_OFFLINE = ["LITELLM_LOCAL_MODEL_COST_MAP=True", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS=True"];

/** The installer of each server. It returns a function that returns the command line for a port. */
export const SERVERS = {
	spring: installSpring,
	"sse-starlette": async (name) => {
		const folder = await installPython(name);
		return (port) => [join(folder, "bin", "python"), sources(name, "server.py"), port];
	},
	axum: installAxum,
	"better-sse": installNodeApplication,
	hono: installNodeApplication,
	express: installNodeApplication,
	aimock: async (name) => {
		const folder = await installNode(name);
		const program = join(folder, "node_modules", "@copilotkit", "aimock", "dist", "cli.js");
		const pace = ["--latency", "20", "--chunk-size", "8", "--log-level", "warn"];
		return (port) => [process.execPath, program, "--port", port, "--fixtures", sources(name, "fixtures.json"), ...pace];
	},
	litellm: async (name) => {
		const folder = await installPython(name);
		const program = join(folder, "bin", "litellm");
		const config = ["--config", sources(name, "config.yaml"), "--telemetry", "False"];
		return (port) => ["env", ...LITELLM_OFFLINE, program, ...config, "--host", "127.0.0.1", "--port", port];
	},
};

/**
 * On a busy machine, the Java server and litellm, which has many modules, need most of this time.
 */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 10_000;

/**
 * Calls `fill` for a new folder unless the same manifests were installed before. The folder is
 * outside the checkout, so that a fresh clone finds it too.
 */
async function installed(name, manifests, fill, ...also) {
	const hash = createHash("sha256");
	for (const manifest of manifests) {
		hash.update(readFileSync(sources(name, manifest)));
	}
	for (const text of also) {
		hash.update(text);
	}
	const folder = join(toolsFolder, "interop", `${name}-${hash.digest("hex").slice(0, 16)}`);
	const stamp = join(folder, ".installed");
	if (!existsSync(stamp)) {
		say(`installing ${name} (only once on this machine)`);
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		await fill(folder);
		writeFileSync(stamp, "");
	}
	return folder;
}

const UNINSTALLED = { capture: true, problem: "it could not be installed; are you online?" };

function installNode(name) {
	const manifests = ["package.json", "package-lock.json"];
	return installed(name, manifests, async (folder) => {
		for (const manifest of manifests) {
			cpSync(sources(name, manifest), join(folder, manifest));
		}
		const args = [
			"ci",
			"--ignore-scripts",
			"--no-audit",
			"--no-fund",
			"--fetch-retries=1",
			"--fetch-retry-mintimeout=1000",
		];
		await run("npm", args, { cwd: folder, ...UNINSTALLED });
	});
}

/**
 * Copies the application into the folder of its packages, because a module looks for packages in
 * its own folder.
 */
async function installNodeApplication(name) {
	const folder = await installNode(name);
	const program = join(folder, "server.mjs");
	cpSync(sources(name, "server.mjs"), program);
	return (port) => [process.execPath, program, port];
}

async function installPython(name) {
	const python = await version("python3");
	if (!python) {
		throw new Problem("it needs Python 3");
	}
	const fill = async (folder) => {
		const problem = "Python's venv module is needed";
		await run("python3", ["-m", "venv", folder], { capture: true, problem });
		const args = ["install", "--quiet", "--no-deps", "--requirement", sources(name, "requirements.txt")];
		await run(join(folder, "bin", "pip"), args, UNINSTALLED);
	};
	return installed(name, ["requirements.txt"], fill, python);
}

/**
 * Builds the server without optimization, because it is built once and serves only a few requests.
 */
async function installAxum(name) {
	const folder = await installed(name, ["Cargo.toml", "Cargo.lock"], () => {});
	await run("cargo", ["build", "--quiet", "--locked"], {
		cwd: sources(name),
		env: { CARGO_TARGET_DIR: folder },
		capture: true,
		problem: "it could not be built; are you online?",
	});
	return (port) => [join(folder, "debug", "headwater-interop-axum"), port];
}

async function installSpring(name) {
	if (!(await version("javac")) || !(await version("dpkg"))) {
		throw new Problem("it needs a JDK and Debian's Spring packages");
	}
	const packages = readFileSync(sources(name, "packages.txt"), "utf8").trim().split("\n");
	const jars = await debianJars(packages);
	const classes = await installed(name, ["App.java", "packages.txt"], async (folder) => {
		const args = ["-encoding", "UTF-8", "-parameters", "-classpath", jars, "-d", folder, sources(name, "App.java")];
		await run("javac", args, { capture: true, problem: "it could not be compiled" });
	});
	return (port) => ["java", "-classpath", [classes, jars].join(delimiter), "App", port];
}

/** Returns the class path of these packages. Installs them if the process has the permission. */
async function debianJars(packages) {
	const list = () => run("dpkg", ["--listfiles", ...packages], { capture: true });
	let { code, output } = await list();
	if (code !== 0) {
		const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
		if (process.getuid?.() !== 0 || !find("apt-get")) {
			throw new Problem(`it needs Debian's Spring packages: sudo ${command}`);
		}
		say("installing Debian's Spring packages");
		const env = { DEBIAN_FRONTEND: "noninteractive" };
		await run("apt-get", ["update", "-qq"], { env, ...UNINSTALLED });
		await run("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...command.split(" ").slice(1)], { env, ...UNINSTALLED });
		({ code, output } = await list());
	}
	const jars = output.split("\n").filter((path) => /\/java\/[^/]+\.jar$/.test(path));
	if (code !== 0 || jars.length === 0) {
		throw new Problem("Debian's Spring packages contain no JAR files");
	}
	return jars.join(delimiter);
}

/**
 * Starts `command(port)` with a free port of the loopback interface, and waits until the server
 * responds.
 */
export async function start(name, command) {
	const port = await freePort();
	const { program, args } = tied(...command(String(port)));
	const logged = join(root, "test-results", `interop-${name}.log`);
	mkdirSync(join(root, "test-results"), { recursive: true });
	const log = openSync(logged, "w");
	// The server gets its own process group, so that its child processes are stopped with it.
	const child = spawn(program, args, { stdio: ["pipe", log, log], detached: true });
	closeSync(log);
	const exited = once(child, "exit");
	const ended = () => child.exitCode !== null || child.signalCode !== null;
	const signal = (signal) => {
		try {
			process.kill(-child.pid, signal);
		} catch (error) {
			if (error.code !== "ESRCH") {
				throw error;
			}
		}
	};
	const stop = async () => {
		signal("SIGTERM");
		await Promise.race([exited, pause(STOP_LIMIT_MS, undefined, { ref: false })]);
		signal("SIGKILL");
		await exited;
	};
	const origin = `http://127.0.0.1:${port}`;
	const limit = Date.now() + START_LIMIT_MS;
	while (!(await answers(origin))) {
		if (ended() || Date.now() > limit) {
			await stop();
			const said = lastWords(readFileSync(logged, "utf8"));
			throw new Problem(
				`it ${ended() ? "exited before it responded" : "did not respond after it was started"}:\n${said}`,
			);
		}
		await pause(100);
	}
	return { origin, stop };
}

async function answers(origin) {
	try {
		const { body } = await fetch(origin, { signal: AbortSignal.timeout(5_000) });
		await body?.cancel();
		return true;
	} catch {
		return false;
	}
}

async function freePort() {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}
