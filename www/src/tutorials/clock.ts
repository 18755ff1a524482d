// Tutorial 3: a clock that ticks twenty times.

import { EventSource } from "headwater";
import { part } from "../dom.ts";
import { withInterval } from "./interval.ts";
import { Log } from "./log.ts";

const start = part<HTMLButtonElement>("t3-start");
const log = new Log(part("t3-log"));

start.addEventListener("click", () => {
	start.disabled = true;
	log.clear();
	const source = new EventSource(withInterval("/stream"));

	source.onopen = () => log.add("Connection opened");
	source.onmessage = (event) => log.add(`Data: ${event.data}`);
	source.onerror = (event) => {
		const again = event.target instanceof EventSource && event.target.readyState !== EventSource.CLOSED;
		log.add(again ? "Connection lost, retrying" : "Connection failed");
	};
	source.addEventListener("start", (event) => log.add(`Event Type: start, Data: ${event.data}`));
	source.addEventListener("end", (event) => {
		log.add(`Event Type: end, Data: ${event.data}`);
		source.close();
	});
	source.closed.then(() => {
		log.add("Connection closed");
		start.disabled = false;
	});
});
