// `npm run clock`: the printing client of the third tutorial. It prints the clock's lines as they
// arrive, from the server of `npm start` or from the given address:
//
//     npm run clock -- http://127.0.0.1:8080/stream

import { EventSource } from "headwater";

const url = process.argv[2] ?? `http://127.0.0.1:${process.env.PORT || 8080}/stream`;
const source = new EventSource(url, { end: "close" });

for (const type of ["start", "end"]) {
	source.addEventListener(type, (event) => console.log(`Event Type: ${event.type}, Data: ${event.data}`));
}
source.onmessage = (event) => console.log(`Data: ${event.data}`);
source.onerror = (event) => {
	console.error(`${event.message}: ${url}`);
	// The source is closed, because it would retry forever if the server is not running.
	process.exitCode = 1;
	source.close();
};
const { reason } = await source.closed;
if (reason === "end") {
	console.log("Connection closed by server");
}
