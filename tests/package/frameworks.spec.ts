// A component can import either entry. The server renders the component, and in the page the
// component reads a stream.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../scripts/lib/process.mjs";
import { freePort } from "../support/free-port.ts";
import { expect, expectAnswer, install, runInstalled, type Served, test } from "./support.ts";

interface Framework {
	name: string;
	/** The project in apps/, which has a page for each entry. */
	project: string;
	/** The program that builds it, and the arguments. */
	build: [program: string, ...args: string[]];
	/** The folders that the build writes. */
	built: string[];
	/** Serves the build of this folder, as in production. */
	start(folder: string): Promise<Served>;
}

const PAGES = { headwater: "/", "headwater/slim": "/slim" };

const next = {
	project: "next",
	built: [".next"],
	start: (folder: string) => {
		const args = ["start", folder, "--hostname", "127.0.0.1", "--port", "0"];
		return started(join(folder, "node_modules", ".bin", "next"), args, { NODE_ENV: "" });
	},
};

const FRAMEWORKS: Framework[] = [
	{ ...next, name: "Next.js", build: ["next", "build"] },
	{ ...next, name: "Next.js with webpack", build: ["next", "build", "--webpack"] },
	{
		name: "SvelteKit",
		project: "sveltekit",
		build: ["vite", "build"],
		built: [".svelte-kit", "build"],
		start: async (folder) =>
			started(process.execPath, [join(folder, "build")], { HOST: "127.0.0.1", PORT: `${await freePort()}` }),
	},
];

// This variable is for the build and the server, which inherit the environment of this process.
process.env.NEXT_TELEMETRY_DISABLED = "1";

for (const { name, project, build, built, start } of FRAMEWORKS) {
	test.describe(name, () => {
		let served: Served;

		test.beforeAll(async () => {
			const folder = await install(`apps/${project}`);
			for (const left of built) {
				rmSync(join(folder, left), { recursive: true, force: true });
			}
			await runInstalled(folder, ...build);
			served = await start(folder);
		});

		test.afterAll(() => served?.stop());

		for (const [entry, path] of Object.entries(PAGES)) {
			test(`a component of ${name} that imports ${entry} is rendered by the server, and streams a POST`, async ({
				page,
				scenario,
			}) => {
				const rendered = await (await fetch(served.origin + path)).text();
				expect(rendered).toContain("<output></output>");
				await expectAnswer(page, served.origin + path, scenario);
			});
		}
	});
}

/** Starts a server that prints its URL. */
async function started(program: string, args: string[], env: Record<string, string>): Promise<Served> {
	// Playwright enables colors in its child processes, and the color codes would be in the URL.
	const plain = { NO_COLOR: "1", FORCE_COLOR: undefined };
	const { found: origin, stop } = await serve(program, args, /(http:\S+)/, { env: { ...plain, ...env } });
	return { origin, stop };
}
