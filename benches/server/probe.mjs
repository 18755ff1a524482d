// A process that requests `/` again and again on new connections, and sends the milliseconds of
// each response to its parent. It is a separate process, so that the parent's work does not delay
// it.

import { get } from "node:http";

const times = [];
let stopped = false;
process.once("message", () => {
	stopped = true;
});

function request() {
	return new Promise((resolve, reject) => {
		get({ port: process.argv[2], host: "127.0.0.1", agent: false }, (response) => {
			response.resume().on("end", resolve);
		}).on("error", reject);
	});
}

while (!stopped) {
	const start = performance.now();
	await request();
	times.push(performance.now() - start);
	await new Promise((resolve) => setTimeout(resolve, 2));
}
process.send(times);
process.disconnect();
