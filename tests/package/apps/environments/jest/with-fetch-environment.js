// Owns the environment that jest-environment-jsdom makes, with what it lacks for requests: Node's own.

import { TestEnvironment } from "jest-environment-jsdom";

const GIVEN = [
	"fetch",
	"Headers",
	"Request",
	"Response",
	"AbortController",
	"AbortSignal",
	"TextEncoder",
	"TextDecoder",
];

export default class extends TestEnvironment {
	async setup() {
		await super.setup();
		for (const name of GIVEN) {
			this.global[name] = globalThis[name];
		}
	}
}
