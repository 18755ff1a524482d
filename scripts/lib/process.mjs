// Owns how the scripts run programs and speak to the person at the terminal.

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { parseArgs } from "node:util";

/** Something the person can put right: shown as its sentence alone, without a stack. */
export class Problem extends Error {}

const started = Date.now();

/** Says what is being done. */
export function say(text) {
	console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${text}`);
}

/** Runs a script's `main`, and ends the process with one sentence and status 1 if it meets a problem. */
export function script(main) {
	main().catch((error) => {
		console.error(error instanceof Problem ? `\n${error.message}` : error);
		process.exit(1);
	});
}

/** What the person has typed behind the script's name, as `parseArgs` of node:util reads it. */
export function readArguments(config) {
	try {
		return parseArgs(config);
	} catch (error) {
		throw new Problem(error.message);
	}
}

/**
 * Runs a program to its end.
 *
 * `capture` keeps its output instead of showing it, `log` writes it to that file, `tee` both shows and keeps it.
 * Answers `{ code, output }`; with a `problem` sentence given, a failing program is that problem, followed by the
 * program's own last words where they were not shown.
 */
export async function run(program, args, { cwd, env, capture, tee, log, problem } = {}) {
	const silent = capture || log !== undefined;
	const child = spawn(program, args, {
		cwd,
		env: { ...process.env, ...env },
		stdio: ["ignore", silent || tee ? "pipe" : "inherit", silent || tee ? "pipe" : "inherit"],
	});
	let output = "";
	const file = log && createWriteStream(log);
	for (const [stream, terminal] of [
		[child.stdout, process.stdout],
		[child.stderr, process.stderr],
	]) {
		stream?.on("data", (bytes) => {
			output += bytes;
			file?.write(bytes);
			if (tee) {
				terminal.write(bytes);
			}
		});
	}
	const code = await new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	}).catch((error) => {
		if (error.code === "ENOENT") {
			throw new Problem(`"${program}" was not found: it is needed to go on.`);
		}
		throw error;
	});
	file?.end();
	if (code !== 0 && problem) {
		throw new Problem(silent ? `${problem}\n${lastWords(output)}` : problem);
	}
	return { code, output };
}

/** The lines in which a program says why it failed. */
export function lastWords(output) {
	const lines = output.trimEnd().split("\n");
	const errors = lines.filter((line) => /error|E:|could not|cannot/i.test(line));
	return (errors.length > 0 ? errors.slice(0, 3) : lines.slice(-3)).map((line) => `  ${line.trim()}`).join("\n");
}

/** Whether a program exists and runs; its output. */
export async function version(program, args = ["--version"]) {
	try {
		const { code, output } = await run(program, args, { capture: true });
		return code === 0 ? output.trim() : undefined;
	} catch {
		return undefined;
	}
}

/** Starts a program that goes on until it is stopped, and waits for the first line that `ready` finds in its output. */
export async function serve(program, args, ready, { env } = {}) {
	const child = spawn(program, args, {
		env: { ...process.env, ...env },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const stop = () =>
		new Promise((resolve) => {
			if (child.exitCode !== null || child.signalCode !== null) {
				resolve();
				return;
			}
			child.once("exit", resolve);
			child.kill("SIGTERM");
		});
	const found = await new Promise((resolve, reject) => {
		let output = "";
		child.stdout.on("data", (bytes) => {
			output += bytes;
			const match = ready.exec(output);
			if (match) {
				resolve(match[1]);
			}
		});
		child.once("error", reject);
		child.once("exit", (code) => reject(new Problem(`${program} ended with status ${code} before it was ready.`)));
	});
	return { found, stop, pid: child.pid };
}
