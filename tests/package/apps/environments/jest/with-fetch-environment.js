// Adds Node's fetch and its classes to the environment of jest-environment-jsdom, which lacks them.

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
