// Tests the package in contexts that lack some of Node's globals. An import never throws. A source
// works, or throws one sentence that names the missing globals.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import { after, before, mock, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { buildSync } from "esbuild";
import { EventSource, events, fetchEventSource } from "headwater";
import { root } from "../../scripts/lib/tools.mjs";

/**
 * The number of events. The handler of each takes three milliseconds, so a source does not fire all
 * of them without a pause.
 */
const COUNT = 12;
const SLOW = 3;
const EXPECTED = Array.from({ length: COUNT }, (_, index) => `${index + 1}`);

let server;
let url;

before(async () => {
	server = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(EXPECTED.map((data) => `id: ${data}\ndata: ${data}\n\n`).join(""));
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	url = `http://127.0.0.1:${server.address().port}/`;
});

after(() => {
	server.closeAllConnections();
	server.close();
});

/** The package as a script that defines `headwater`. */
const [{ text: script }] = buildSync({
	stdin: { contents: `export * from "headwater";`, resolveDir: root },
	...{ bundle: true, format: "iife", globalName: "headwater", write: false },
}).outputFiles;

/** The globals of Node that a context gets. All other globals belong to the language. */
const GIVEN = [
	...["fetch", "Headers", "Request", "Response", "URL", "URLSearchParams", "FormData", "Blob", "ReadableStream"],
	...[
		"AbortController",
		"AbortSignal",
		"Event",
		"EventTarget",
		"MessageEvent",
		"DOMException",
		"TextEncoder",
		"TextDecoder",
	],
	...["performance", "setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "queueMicrotask", "atob"],
	...["structuredClone"],
];

/** The channels to close at the end. Open ports would keep this process alive. */
const channels = new Set();
after(() => {
	for (const { port1 } of channels) {
		port1.close();
	}
});

class Channel extends MessageChannel {
	constructor() {
		super();
		channels.add(this);
	}
}

/**
 * Loads the package in a context without the globals in `without`. The globals in `others` replace
 * those of Node.
 */
function load(without, others = {}) {
	const given = GIVEN.map((name) => [name, globalThis[name]]);
	const context = createContext({ ...Object.fromEntries(given), MessageChannel: Channel, ...others });
	for (const name of without) {
		assert.ok(runInContext(`"${name}" in globalThis`, context), name);
		runInContext(`delete globalThis.${name}`, context);
	}
	return runInContext(`${script}; headwater`, context);
}

function handle(data, told) {
	for (const end = Date.now() + SLOW; Date.now() < end; );
	told.push(data);
}

/** Reads the server's events with each form, from a URL or from a stream. */
const FORMS = {
	EventSource: async (headwater, init) => toldBy(new headwater.EventSource(url, { ...init, end: "close" })),
	async fromReadableStream(headwater) {
		const { body } = await fetch(url);
		return toldBy(headwater.EventSource.fromReadableStream(body));
	},
	async events(headwater, init) {
		const told = [];
		for await (const { data } of headwater.events(url, { ...init, end: "close" })) {
			handle(data, told);
		}
		return told;
	},
	async "events of a stream"(headwater) {
		const told = [];
		const { body } = await fetch(url);
		for await (const { data } of headwater.events(body)) {
			handle(data, told);
		}
		return told;
	},
	async fetchEventSource(headwater, init) {
		const told = [];
		await headwater.fetchEventSource(url, { ...init, onmessage: ({ data }) => handle(data, told) });
		return told;
	},
};

async function toldBy(source) {
	const told = [];
	source.onmessage = ({ data, lastEventId, origin, json }) => {
		assert.equal(lastEventId, data);
		assert.match(origin, /^(http:.*|null)$/);
		assert.equal(typeof json, "function");
		handle(data, told);
	};
	source.onerror = ({ reason, message }) => {
		if (reason !== "end") {
			told.push(`${reason}: ${message}`);
		}
	};
	await source.closed;
	return told;
}

async function expectAll(headwater, init) {
	for (const [form, read] of Object.entries(FORMS)) {
		assert.deepEqual(await read(headwater, init), EXPECTED, form);
	}
}

const NOT_NEEDED = [
	...["MessageEvent", "performance", "queueMicrotask", "MessageChannel", "setImmediate", "clearImmediate"],
	...["Response", "URLSearchParams", "FormData", "Blob", "ReadableStream", "AbortSignal", "DOMException"],
	...["structuredClone", "FinalizationRegistry", "WeakRef", "SharedArrayBuffer", "Intl"],
];

for (const name of NOT_NEEDED) {
	test(`without ${name} every form receives every event, even with slow handlers`, async () => {
		await expectAll(load([name]));
	});
}

test("with only setTimeout to wait for a task every form receives every event", async () => {
	await expectAll(load(["MessageChannel", "setImmediate"]));
});

const CHANNELS = {
	throws: class {
		constructor() {
			throw new Error("no channel");
		}
	},
	"throws when a message is posted": class {
		port1 = {};
		port2 = {
			postMessage() {
				throw new Error("no message");
			},
		};
	},
	"never delivers": class {
		port1 = {};
		port2 = { postMessage() {} };
	},
};

for (const [what, MessageChannel] of Object.entries(CHANNELS)) {
	test(`if MessageChannel ${what}, every form receives every event`, async () => {
		await expectAll(load(["setImmediate"], { MessageChannel }));
	});
}

const NEEDED = [
	"URL",
	"Headers",
	"Request",
	"AbortController",
	"TextEncoder",
	"TextDecoder",
	"WebAssembly",
	"setTimeout",
];

const lacking = (...names) => ({
	name: "TypeError",
	message: `headwater: this platform lacks ${names.join(", ")}`,
});

for (const name of [...NEEDED, "fetch"]) {
	// behavior 15.2
	test(`without ${name} each form throws an error that names it`, async () => {
		const headwater = load([name]);
		assert.throws(() => new headwater.EventSource(url), lacking(name));
		assert.throws(() => headwater.events(url), lacking(name));
		for (const init of [{}, { onopen() {} }]) {
			await assert.rejects(headwater.fetchEventSource(url, init), lacking(name));
		}
	});
}

test("the error names all missing globals", async () => {
	const headwater = load(["fetch", "Headers", "TextDecoder"]);
	const told = lacking("fetch", "Headers", "TextDecoder");
	assert.throws(() => new headwater.EventSource(url), told);
	assert.throws(() => headwater.events(url), told);
	await assert.rejects(headwater.fetchEventSource(url), told);
});

test("a source with its own fetch, or with a stream, does not need the platform's fetch", async () => {
	await expectAll(load(["fetch"]), { fetch });
});

for (const name of ["EventTarget", "Event"]) {
	test(`without ${name} only the class EventSource throws an error that names it`, async () => {
		const { EventSource: _, ...headwater } = load([name]);
		const { EventSource } = load([name]);
		assert.throws(() => new EventSource(url), lacking(name));
		const { body } = await fetch(url);
		assert.throws(() => EventSource.fromReadableStream(body), lacking(name));
		for (const form of ["events", "events of a stream", "fetchEventSource"]) {
			assert.deepEqual(await FORMS[form](headwater), EXPECTED, form);
		}
	});
}

for (const entry of ["headwater", "headwater/slim"]) {
	// behavior 15.2
	test(`importing ${entry} does not throw if Node lacks all web globals`, async () => {
		const code = `
			for (const name of ${JSON.stringify([...GIVEN, "MessageChannel", "WebAssembly", "navigator", "crypto"])}) {
				delete globalThis[name];
			}
			const { events } = await import("${entry}");
			try { events("http://127.0.0.1/"); } catch ({ message }) { console.log(message); }`;
		const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
		const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
		assert.equal(Buffer.concat(errors).toString(), "");
		assert.equal(Buffer.concat(output).toString(), `${lacking("fetch", ...NEEDED).message}\n`);
	});
}

test("a source works after the global Event and EventTarget are replaced", async () => {
	const context = { Event: class {}, EventTarget: class {}, MessageEvent: class {} };
	const own = Object.fromEntries(Object.keys(context).map((name) => [name, globalThis[name]]));
	try {
		Object.assign(globalThis, context);
		await expectAll({ EventSource, events, fetchEventSource });
	} finally {
		Object.assign(globalThis, own);
	}
});

test("a source works while a test's fake timers stand still", async () => {
	mock.timers.enable({ apis: ["setTimeout", "setImmediate", "setInterval"] });
	try {
		await expectAll({ EventSource, events, fetchEventSource });
	} finally {
		mock.timers.reset();
	}
});

test("a process exits after a source has used MessageChannel to wait for a task", async () => {
	const script = `
		delete globalThis.setImmediate;
		const { EventSource } = await import("headwater");
		let told = 0;
		const source = new EventSource("${url}", { end: "close" });
		source.onmessage = () => {
			for (const end = Date.now() + ${SLOW}; Date.now() < end; );
			told++;
		};
		await source.closed;
		console.log(told);`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { cwd: root, timeout: 20_000 });
	const [output, [code]] = await Promise.all([child.stdout.toArray(), once(child, "close")]);
	assert.equal(Buffer.concat(output).toString(), `${COUNT}\n`);
	assert.equal(code, 0);
});

/**
 * Functions that create a source with a signal, one for each form. Each returns a function that
 * ends the source, and a promise that settles when the source has ended.
 */
const ON_SIGNAL = {
	EventSource(url, signal) {
		const source = new EventSource(url, { signal });
		return { leave: () => source.close(), end: source.closed.then(({ reason }) => reason) };
	},
	events(url, signal) {
		const iterator = events(url, { signal });
		const end = iterator.next().then(
			({ done }) => done && "caller",
			() => "signal",
		);
		return { leave: () => iterator.return(), end };
	},
	fetchEventSource(url, signal) {
		return { leave() {}, end: fetchEventSource(url, { signal }).then(() => "signal") };
	},
};

test("many sources on one signal cause no warning, and an abort ends them in their order", async () => {
	const warnings = [];
	const warn = (warning) => warnings.push(`${warning}`);
	process.on("warning", warn);
	const hanging = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
	});
	await new Promise((resolve) => hanging.listen(0, "127.0.0.1", resolve));
	const place = `http://127.0.0.1:${hanging.address().port}/`;
	for (const [form, make] of Object.entries(ON_SIGNAL)) {
		const controller = new AbortController();
		const order = [];
		const sources = Array.from({ length: 12 }, (_, index) => {
			const source = make(place, controller.signal);
			source.end.then(() => order.push(index));
			return source;
		});
		sources[3].leave();
		await Promise.race([sources[3].end, new Promise(setImmediate)]);
		controller.abort();
		const ends = await Promise.all(sources.map(({ end }) => end));
		const left = form === "fetchEventSource" ? [] : [3];
		const others = sources.map((_, index) => index).filter((index) => !left.includes(index));
		assert.deepEqual(order, [...left, ...others], form);
		assert.deepEqual(
			ends,
			sources.map((_, index) => (left.includes(index) ? "caller" : "signal")),
			form,
		);
	}
	await new Promise(setImmediate);
	process.off("warning", warn);
	assert.deepEqual(warnings, []);
	hanging.closeAllConnections();
	hanging.close();
});

test("a signal has one listener while a source on it is open, and no listener afterwards", async () => {
	const { signal } = new AbortController();
	const listeners = () => getEventListeners(signal, "abort").length;
	const sources = Array.from({ length: 3 }, () => new EventSource(url, { signal, end: "close" }));
	assert.equal(listeners(), 1);
	sources[0].close();
	await sources[0].closed;
	assert.equal(listeners(), 1);
	await Promise.all(sources.map(({ closed }) => closed));
	assert.equal(listeners(), 0);
	const [one, other] = [new EventSource(url, { signal }), new EventSource(url, { signal })];
	assert.equal(listeners(), 1);
	one.close();
	other.close();
	await other.closed;
	assert.equal(listeners(), 0);
});

test("a signal does not keep a closed source alive, whether another source on it is open or not", async () => {
	const script = `
		import { EventSource } from "headwater";
		const { signal } = new AbortController();
		const collected = async (reference) => {
			for (let round = 0; round < 100 && reference.deref(); round++) {
				await new Promise((resolve) => setTimeout(resolve, 10));
				gc();
			}
			return reference.deref() === undefined;
		};
		const closed = async () => {
			const source = new EventSource("${url}", { signal, end: "close" });
			await source.closed;
			return new WeakRef(source);
		};
		const living = [new EventSource("${url}", { signal, reconnect: { delay: 60_000 } })];
		const first = new WeakRef(living[0]);
		console.log(await collected(await closed()));
		living.pop().close();
		console.log(await collected(first), await collected(await closed()), signal.aborted);
		process.exit();`;
	const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "--eval", script], { cwd: root });
	const output = await child.stdout.toArray();
	assert.equal(Buffer.concat(output).toString(), "true\ntrue true false\n");
});
