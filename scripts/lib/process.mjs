// Runs programs for the scripts, and prints their messages.

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { parseArgs } from "node:util";

/** An error that the user can fix. Only its message is printed, without a stack. */
export class Problem extends Error {}

const started = Date.now();

/** Prints a step, with the seconds since the start. */
export function say(text) {
	console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${text}`);
}

/** Runs the `main` of a script. An error is printed and ends the process with status 1. */
export function script(main) {
	main().catch((error) => {
		console.error(error instanceof Problem ? `\n${error.message}` : error);
		process.exit(1);
	});
}

/** Returns the arguments of the script from `parseArgs` of node:util. */
export function readArguments(config) {
	try {
		return parseArgs(config);
	} catch (error) {
		throw new Problem(error.message);
	}
}

/**
 * Runs a program and waits for its end.
 *
 * `capture` returns the program's output instead of printing it, `log` writes it to that file, and
 * `tee` both prints and returns it. The result is `{ code, output }`. If `problem` is given and the
 * program fails, `run` throws this sentence. If the program's last lines were not printed, they
 * follow the sentence. When this process receives one of the `signals`, it passes the signal on to
 * the program.
 */
export async function run(program, args, { cwd, env, capture, tee, log, problem, signals } = {}) {
	const silent = capture || log !== undefined;
	const child = spawn(program, args, {
		cwd,
		env: { ...process.env, ...env },
		stdio: ["ignore", silent || tee ? "pipe" : "inherit", silent || tee ? "pipe" : "inherit"],
	});
	for (const signal of signals ?? []) {
		process.on(signal, () => child.kill(signal));
	}
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
			throw new Problem(`The program "${program}" was not found.`);
		}
		throw error;
	});
	file?.end();
	if (code !== 0 && problem) {
		throw new Problem(silent ? `${problem}\n${lastWords(output)}` : problem);
	}
	return { code, output };
}

/** Returns the lines of an output that most probably show the cause of a failure. */
export function lastWords(output) {
	const lines = output.trimEnd().split("\n");
	const errors = lines.filter((line) => /error|E:|could not|cannot/i.test(line));
	return (errors.length > 0 ? errors.slice(0, 3) : lines.slice(-3)).map((line) => `  ${line.trim()}`).join("\n");
}

/** Returns the output of a program, or undefined if it is missing or fails. */
export async function version(program, args = ["--version"]) {
	try {
		const { code, output } = await run(program, args, { capture: true });
		return code === 0 ? output.trim() : undefined;
	} catch {
		return undefined;
	}
}

/** Starts a program that runs until it is stopped, and waits until `ready` matches its output. */
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
