// A reader that leaves a stream at its last message does not break the pipe that fills the stream.

import { expect, test } from "./support.ts";

test("[non-spec] leaving a stream at its last message does not break the pipe that fills the stream", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, events }) => {
		/** Each reads a stream and leaves it at the message "last", each in a different way. */
		const readers: Record<string, (stream: ReadableStream<Uint8Array>) => Promise<unknown>> = {
			close(stream) {
				const source = EventSource.fromReadableStream(stream);
				source.onmessage = ({ data }) => data === "last" && source.close();
				return source.closed;
			},
			async break(stream) {
				for await (const { data } of events(stream)) {
					if (data === "last") {
						break;
					}
				}
			},
			async until(stream) {
				for await (const _ of events(stream, { until: ({ data }) => data === "last" }));
			},
			async abort(stream) {
				const controller = new AbortController();
				for await (const { data } of events(stream, { signal: controller.signal })) {
					data === "last" && controller.abort();
				}
			},
		};
		const texts = ["data: first\n\ndata: last\n\n", "data: first\n\n|data: last\n\n", "data: last\n\n"];
		const outcomes: string[] = [];
		for (const [name, read] of Object.entries(readers)) {
			for (const text of texts) {
				const chunks = text.split("|").map((chunk) => new TextEncoder().encode(chunk));
				const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
				const piped = new ReadableStream<Uint8Array>({
					pull(controller) {
						const chunk = chunks.shift();
						chunk ? controller.enqueue(chunk) : controller.close();
					},
				}).pipeTo(writable);
				const left = read(readable).catch((error) => (error as Error).name);
				outcomes.push(`${name} ${await piped.then(() => "whole", String)} ${(await left) === "AbortError"}`);
			}
		}
		return outcomes;
	});
	const expected = ["close", "break", "until", "abort"].flatMap((name) =>
		Array(3).fill(`${name} whole ${name === "abort"}`),
	);
	expect(outcome).toEqual(expected);
});
