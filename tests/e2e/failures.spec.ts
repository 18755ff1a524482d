// Tests the text that the chat page shows for every failure of a model's server. The model's server
// is a plain socket, so that a test can make it do anything.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { root } from "../../scripts/lib/tools.mjs";
import { freePort } from "../support/free-port.ts";
import { ChatPage, PATIENCE, text } from "./chat-page.ts";
import { begin, PIECE, REFUSALS, type Row, STREAMS } from "./failing-responses.ts";
import { test as base, expect } from "./fixtures.ts";
import { type RawUpstream, startRawUpstream } from "./raw-upstream.ts";
import { KEY } from "./upstream.ts";
import { openWire, type Wire } from "./wire.ts";

const test = base.extend<{ raw: RawUpstream; open(environment: Record<string, string>): Promise<[ChatPage, Wire]> }>({
	raw: async ({}, use) => {
		const upstream = await startRawUpstream();
		await use(upstream);
		await upstream.close();
	},
	open: async ({ page, startServer }, use) => {
		const wires: Wire[] = [];
		await use(async (environment) => {
			const wire = await openWire((await startServer(environment)).origin);
			wires.push(wire);
			return [await ChatPage.open(page, wire.origin), wire];
		});
		await Promise.all(wires.map((wire) => wire.close()));
	},
});

/**
 * Asks one question for each row. Checks the text for the failure, and that all connections end.
 */
async function check(chat: ChatPage, wire: Wire, upstream: RawUpstream, rows: readonly Row[]): Promise<void> {
	for (const [name, respond, words] of rows) {
		await test.step(name, async () => {
			const questions = wire.requests("POST", "/api/chat").length + 1;
			const connections = upstream.count + 1;
			await chat.ask(name);
			const connection = await upstream.next();
			await connection.asked;
			respond(connection.socket);
			await expect(chat.alert, name).toHaveText(`${upstream.name} ${words}`, PATIENCE);
			await chat.waitForState("closed");
			await connection.gone;
			// A question that is too long is moved back to the box, because the same request would
			// fail again.
			await expect(chat.retry).toBeVisible({ visible: !words.includes("of this length") });
			expect(upstream.count, name).toBe(connections);
			expect(wire.requests("POST", "/api/chat").length, name).toBe(questions);
			await chat.newChat.click();
		});
	}
	expect(wire.received()).not.toContain(KEY);
}

test("a response that is not an event stream is described with its remedy", async ({ raw, open }) => {
	const [chat, wire] = await open(raw.environment());
	await check(chat, wire, raw, REFUSALS);
});

test("a stream that fails is described with its remedy, ends properly and is not repeated", async ({ raw, open }) => {
	const [chat, wire] = await open(raw.environment());
	await check(chat, wire, raw, STREAMS);
});

const WAIT = "1.5";

test("a timeout of the model's server is described after the time that the operator has set", async ({ raw, open }) => {
	const timers: NodeJS.Timeout[] = [];
	const slowly = (text: string, socket: Socket) => {
		let sent = 0;
		timers.push(setInterval(() => socket.writable && socket.write(text[sent++ % text.length] ?? ""), 100));
	};
	const late =
		"did not respond in time. Try again later. If the model needs more time, raise UPSTREAM_RESPONSE_TIMEOUT.";
	const silent = "stopped sending data. Ask again. If the model needs more time, raise UPSTREAM_SILENCE_TIMEOUT.";
	const [chat, wire] = await open({
		...raw.environment(),
		UPSTREAM_RESPONSE_TIMEOUT: WAIT,
		UPSTREAM_SILENCE_TIMEOUT: WAIT,
	});
	await check(chat, wire, raw, [
		["no response", () => {}, late],
		["headers drop by drop", (socket) => slowly(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(10_000)}`, socket), late],
		["silence before the first event", (socket) => begin(socket, ""), silent],
		["silence in the middle", (socket) => begin(socket), silent],
		["silence within an event", (socket) => begin(socket, `${PIECE}data: {`), silent],
		[
			"an event drop by drop",
			(socket) => {
				begin(socket);
				slowly(`data: ${"x".repeat(10_000)}`, socket);
			},
			silent,
		],
		[
			"lines without an event",
			(socket) => {
				begin(socket);
				slowly("data\n", socket);
			},
			silent,
		],
	]);
	for (const timer of timers) clearInterval(timer);
});

test("comments of the model's server keep a silent stream open for as long as they come", async ({ raw, open }) => {
	const [chat] = await open({ ...raw.environment(), UPSTREAM_SILENCE_TIMEOUT: WAIT });
	await chat.ask("Think first");
	const { socket, asked } = await raw.next();
	await asked;
	begin(socket, "");
	for (let comments = 0; comments < 10; comments++) {
		socket.write(": processing\n\n");
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	socket.end(`${PIECE}data: [DONE]\n\n`);
	expect(await chat.readAnswer(0)).toBe("So far");
});

test("pieces that are not JSON are counted, and the rest of the answer is shown", async ({ raw, open }) => {
	const [chat] = await open(raw.environment());
	await chat.ask("Try");
	const { socket, asked } = await raw.next();
	await asked;
	begin(socket, `${PIECE}data: {broken\n\n`);
	await expect(chat.alert).toHaveText(
		"One piece of the model's answer could not be read and is missing. If the rest makes no sense, ask again.",
		PATIENCE,
	);
	socket.end("data: nothing\n\ndata: [DONE]\n\n");
	expect(await chat.readAnswer(0)).toBe("So far");
	await expect(chat.alert).toHaveText(/^2 pieces .* are missing\. If the rest makes no sense, ask again\.$/);
});

const tls = (name: string) => readFileSync(join(root, "tests", "support", "tls", name));
const NO_TLS =
	"cannot be reached: no secure connection could be made. Check that OPENAI_BASE_URL has the right scheme, http or https, and that the certificate is valid.";

/** Servers that receive no request, and the text for each. */
const UNREACHABLE: readonly [name: string, server: () => Server, words: string, wait?: string][] = [
	[
		"a certificate that nobody knows",
		() => createTlsServer({ key: tls("key.pem"), cert: tls("certificate.pem") }),
		NO_TLS,
	],
	["a server without TLS", () => createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")), NO_TLS],
	["a server that closes during the handshake", () => createServer((socket) => socket.end()), NO_TLS],
	[
		"a handshake that never ends",
		() => createServer(),
		"cannot be reached: no connection could be made in time. Check OPENAI_BASE_URL and any firewalls in between, or try again later.",
		WAIT,
	],
];

for (const [name, create, words, wait = ""] of UNREACHABLE) {
	test(`${name} is described with its remedy`, async ({ raw, open }) => {
		const sockets: Socket[] = [];
		const server = create().on("connection", (socket) => sockets.push(socket.on("error", () => {})));
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const OPENAI_BASE_URL = `https://127.0.0.1:${port}/v1`;
		const [chat] = await open({ ...raw.environment(), OPENAI_BASE_URL, UPSTREAM_CONNECT_TIMEOUT: wait });
		await chat.ask("Are you there?");
		await expect(chat.alert).toHaveText(`The model's server 127.0.0.1:${port} ${words}`, PATIENCE);
		await chat.waitForState("closed");
		server.close();
		for (const socket of sockets) socket.destroy();
	});
}

test("a name without an address and a port without a server are described with their remedies", async ({
	raw,
	open,
}) => {
	const check = async (host: string, words: string) => {
		const [chat] = await open({ ...raw.environment(), OPENAI_BASE_URL: `http://${host}/v1` });
		await chat.ask("Are you there?");
		await expect(chat.alert).toHaveText(`The model's server ${host} cannot be reached: ${words}`, PATIENCE);
	};
	await check(
		"nowhere.invalid",
		"its name cannot be resolved. Check the name in OPENAI_BASE_URL, and the network of the machine that runs this chat.",
	);
	const port = await freePort();
	await check(
		`127.0.0.1:${port}`,
		"it refused the connection. Start the model's server, or correct the port in OPENAI_BASE_URL.",
	);
});

for (const leaving of ["Stop", "closing the tab"]) {
	test(`${leaving} closes the connection to the model's server at once, in each state`, async ({ raw, open, page }) => {
		const leave = (chat: ChatPage) => (leaving === "Stop" ? chat.stop.click() : page.goto("about:blank"));
		let [chat] = await open(raw.environment("https"));
		await chat.ask("While it connects");
		const connecting = await raw.next();
		await leave(chat);
		await connecting.gone;

		for (const state of ["before the response", "in the response"]) {
			[chat] = await open(raw.environment());
			await chat.ask(state);
			const connection = await raw.next();
			await connection.asked;
			if (state === "in the response") {
				begin(connection.socket);
				await expect.poll(() => text(chat.answers.first()), PATIENCE).toBe("So far");
			}
			await leave(chat);
			await connection.gone;
		}
	});
}
