// Measures how the time per byte of one event depends on its size, in Node and with the whole built
// package. The time includes WebAssembly, the transfer to JavaScript and the handler. The chunks
// have 1,400 bytes. Run it with `node benches/large-event.mjs`.

import { EventSource } from "headwater";

const SEGMENT = 1400;
const ROUNDS = 15;

/** Returns the milliseconds per mebibyte of one event of this size. */
async function measure(mebibytes) {
	const size = mebibytes * 1024 * 1024;
	const bytes = new TextEncoder().encode(`data: ${"x".repeat(size)}\n\n`);
	let at = 0;
	const body = new ReadableStream({
		pull(controller) {
			if (at >= bytes.length) {
				controller.close();
				return;
			}
			controller.enqueue(bytes.slice(at, at + SEGMENT));
			at += SEGMENT;
		},
	});
	const headers = { "content-type": "text/event-stream" };
	const fetch = async () => new Response(body, { headers });
	const started = performance.now();
	const source = new EventSource("http://localhost/", { method: "POST", fetch });
	let received = 0;
	source.onmessage = ({ data }) => {
		received += data.length;
	};
	await source.closed;
	if (received !== size) {
		throw new Error(`${received} of ${size} characters arrived`);
	}
	return (performance.now() - started) / mebibytes;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

await measure(16);
const small = [];
const large = [];
for (let round = 0; round < ROUNDS; round++) {
	small.push(await measure(1));
	large.push(await measure(16));
}
const [one, sixteen] = [median(small), median(large)];
console.log(`one event of 1 MiB: ${one.toFixed(2)} ms/MiB; of 16 MiB: ${sixteen.toFixed(2)} ms/MiB`);
console.log(`ratio: ${(sixteen / one).toFixed(2)}`);
