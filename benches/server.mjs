// Measures the chat server under load: `node benches/server.mjs NAME`, with a name of the table
// at the end. The results are in docs/reliability.md.

import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "@playwright/test";
import { buildChatServer } from "../scripts/build-server.mjs";
import { Problem, script, serve } from "../scripts/lib/process.mjs";
import { findChromium, root } from "../scripts/lib/tools.mjs";
import { begin, get, post, ROUTES } from "./server/requests.mjs";

const ABANDONED = 1000;
const AT_ONCE = 100;
/** Half of the requests are aborted at once, and half after some work. */
const LIFE_MS = 10;
const SLOW = 3500;
const STREAMS = 4000;

async function start(environment = {}) {
	const program = await buildChatServer();
	const env = { PORT: "0", ...environment };
	const { found, stop, pid } = await serve(program, ["--root", join(root, "www", "dist")], /on (http:\S+)/, { env });
	prefer(pid);
	// If a measurement fails, the server must not outlive it.
	process.on("exit", () => stop());
	return { port: Number(new URL(found).port), stop, pid };
}

/**
 * The server and the probe have priority, so that other load on the machine does not change the
 * figures.
 */
function prefer(pid) {
	if (process.getuid() === 0) {
		setPriority(pid, -15);
	}
}

/** Runs `work` while a process requests `/`, and returns the sorted times of its responses. */
async function probed(port, work) {
	const probe = fork(new URL("./server/probe.mjs", import.meta.url), [String(port)]);
	prefer(probe.pid);
	const times = new Promise((resolve, reject) => {
		probe.once("message", resolve).once("error", reject).once("exit", reject);
	});
	await sleep(500);
	await work();
	probe.send("stop");
	return (await times).sort((a, b) => a - b);
}

const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function abandon(port, request) {
	let number = 0;
	const client = async () => {
		while (number < ABANDONED) {
			number += 1;
			const socket = await begin(port, request(number));
			await sleep(number % 2 ? 0 : LIFE_MS);
			socket.resetAndDestroy();
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/**
 * Prints a row for each route: the delay of `/` while `work` makes requests to the route and aborts
 * them.
 */
async function compare(port, pid, work) {
	const idle = await probed(port, () => sleep(2000));
	const row = (name, times, before) => {
		const delay = (share) => `${(part(times, share) - part(idle, 0.5)).toFixed(1)} ms`;
		const peak = `${Math.round(memory(pid, "VmHWM") / 1024)} MB`;
		const [ran, waited] = scheduled(pid).map((total, index) => total - before[index]);
		const each = `${(ran / ABANDONED).toFixed(2)} ms`;
		const share = `${Math.round((waited / (ran + waited)) * 100)} %`;
		console.log(`| ${[name, delay(0.5), delay(0.95), delay(1), each, share, times.length, peak].join(" | ")} |`);
	};
	console.log(`\`/\` takes ${part(idle, 0.5).toFixed(1)} ms on the idle server.\n`);
	console.log("| route | median delay | p95 | longest | CPU time | waits | requests of `/` | peak memory so far |");
	console.log("|---|---|---|---|---|---|---|---|");
	for (const name of Object.keys(ROUTES)) {
		const before = scheduled(pid);
		row(name, await probed(port, () => work(name)), before);
	}
}

/** Requests from a program, which pass all checks. */
async function abandoned() {
	const { port, stop, pid } = await start();
	await begin(port, ROUTES["POST /chat/send"](0));
	await compare(port, pid, (name) => abandon(port, ROUTES[name]));
	await stop();
}

/** Requests from a page of another site, in Chromium. */
async function foreign() {
	const { port, stop, pid } = await start();
	await begin(port, ROUTES["POST /chat/send"](0));
	const site = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<p>"));
	await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
	const browser = await chromium.launch({
		executablePath: findChromium(),
		args: ["--host-resolver-rules=MAP evil.example 127.0.0.1"],
	});
	const page = await browser.newPage();
	await page.goto(`http://evil.example:${site.address().port}/`);
	await compare(port, pid, async (name) => {
		const requests = Array.from({ length: ABANDONED }, (_, number) => ROUTES[name](number));
		const [method] = requests[0].split(" ");
		const urls = requests.map((request) => `http://127.0.0.1:${port}${request.split(" ", 2)[1]}`);
		// The server refuses these requests before it reads a body, so the size does not matter.
		const body = method === "POST" ? "msg=hello" : undefined;
		await page.evaluate(giveUp, { method, urls, body, lifeMs: LIFE_MS });
	});
	await browser.close();
	site.close();
	await stop();
}

/** Runs in the page. */
async function giveUp({ method, urls, body, lifeMs }) {
	for (const url of urls) {
		const controller = new AbortController();
		fetch(url, { method, body, mode: "no-cors", cache: "no-store", signal: controller.signal }).catch(() => {});
		setTimeout(() => controller.abort(), lifeMs);
		await new Promise((resolve) => setTimeout(resolve));
	}
}

/** Returns the milliseconds for which the server's thread ran, and for which it waited for a CPU. */
function scheduled(pid) {
	const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
	return [ran / 1e6, waited / 1e6];
}

/** Returns kilobytes from `/proc`, so the function works only on Linux. */
function memory(pid, name) {
	return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
}

async function slow() {
	const { port, stop, pid } = await start();
	const kinds = {
		"half a header": "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		"no byte": "",
		"half a body": post("/api/chat", "application/json", "{".repeat(100)).slice(0, -1),
		"a request, then nothing": get("/api/model"),
	};
	const before = memory(pid, "VmRSS");
	const began = performance.now();
	const closed = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, { count: 0, last: 0 }]));
	const all = [];
	for (let number = 0; number < SLOW; number++) {
		const kind = Object.keys(kinds)[number % Object.keys(kinds).length];
		const socket = await begin(port, kinds[kind]);
		const opened = performance.now();
		socket.resume();
		all.push(
			new Promise((resolve) => {
				socket.on("close", () => {
					closed[kind].count += 1;
					closed[kind].last = Math.max(closed[kind].last, performance.now() - opened);
					resolve();
				});
			}),
		);
	}
	console.log(`${SLOW} connections opened in ${((performance.now() - began) / 1000).toFixed(1)} s`);
	console.log(`${((memory(pid, "VmRSS") - before) / SLOW).toFixed(1)} kB each`);
	await Promise.race([Promise.all(all), sleep(120_000, undefined, { ref: false })]);
	for (const [kind, { count, last }] of Object.entries(closed)) {
		console.log(`| ${kind} | ${count} closed | the last after ${(last / 1000).toFixed(1)} s |`);
	}
	await stop();
}

async function streams() {
	const question = JSON.stringify({ messages: [{ role: "user", content: "hello" }], pace: 1 });
	const kinds = {
		"POST /api/chat": () => post("/api/chat", "application/json", question),
		"GET /message/sse/subscribe": (number) => get(`/message/sse/subscribe?userId=${number}`),
		"GET /stream": () => get("/stream?interval=10000"),
	};
	for (const [name, request] of Object.entries(kinds)) {
		const { port, stop, pid } = await start({ MAX_STREAMS: String(STREAMS) });
		const before = memory(pid, "VmRSS");
		for (let number = 0; number < STREAMS; number++) {
			const socket = await begin(port, request(number));
			await new Promise((resolve) => socket.once("data", resolve));
		}
		const each = (memory(pid, "VmRSS") - before) / STREAMS;
		const times = await probed(port, () => sleep(1000));
		const stopping = performance.now();
		await stop();
		const seconds = (performance.now() - stopping) / 1000;
		console.log(`| ${name} | ${each.toFixed(1)} kB | ${part(times, 0.5).toFixed(1)} ms | ${seconds.toFixed(2)} s |`);
	}
}

const MEASUREMENTS = { abandoned, foreign, slow, streams };

script(async () => {
	const measurement = MEASUREMENTS[process.argv[2]];
	if (!measurement) {
		throw new Problem(`Name a measurement: ${Object.keys(MEASUREMENTS).join(", ")}.`);
	}
	await measurement();
});
