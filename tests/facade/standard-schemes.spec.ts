// Rules for URLs that need no server, and for URLs to which no server can respond. Each test also
// runs with the browser's own class.

import type { Differs } from "./differences.ts";
import { events, type Lab, test } from "./support.ts";

/**
 * Expects the events that each URL fires up to its first error, and whether that error has data.
 */
async function expectFailures(lab: Lab, failures: Record<string, string>, differs?: Differs): Promise<void> {
	await lab.expectBoth(
		async ({ EventSource, record, once, tasks }, urls) => {
			const silence = () => new Promise<Event>((resolve) => setTimeout(resolve, 5000, new Event("silence")));
			const outcome = async (url: string) => {
				const revoked = URL.createObjectURL(new Blob(["data\n\n"], { type: "text/event-stream" }));
				URL.revokeObjectURL(revoked);
				const source = new EventSource(url === "revoked" ? revoked : url);
				const fired = record(source);
				const event = await Promise.race([once(source, "error"), silence()]);
				await tasks();
				source.close();
				return `${fired.map(({ type, readyState }) => `${type} ${readyState}`)}${"data" in event ? ", data" : ""}`;
			};
			return Object.fromEntries(await Promise.all(urls.map(async (url) => [url, await outcome(url)])));
		},
		Object.keys(failures),
		failures,
		differs,
	);
}

// behavior 2.13
test("a URL of a scheme that cannot be fetched fails the connection at once, and its error event has no data", async ({
	lab,
}) => {
	const urls = [
		"ftp://127.0.0.1/x",
		"about:blank",
		"mailto:a@b.test",
		"javascript:0",
		"file:///etc/hosts",
		"ws://a.test",
	];
	await expectFailures(lab, Object.fromEntries([...urls, "x-unknown:y"].map((url) => [url, "error 2"])));
});

test("a scheme that an extension or an application may have registered is treated as a network error", async ({
	lab,
}) => {
	const urls = ["x-unknown://host/path", "app://host", "file2://host/"];
	const all = (outcome: string) => Object.fromEntries(urls.map((url) => [url, outcome]));
	await expectFailures(lab, all("error 2"), { names: ["unknown scheme"], ours: all("error 0") });
});

test("a blob: URL that is revoked fails the connection at once", async ({ lab }) => {
	const native = { chromium: { revoked: "error 0" }, webkit: { revoked: "error 0" } };
	await expectFailures(lab, { revoked: "error 2" }, { names: ["revoked blob: URL"], native });
});

test("a port that browsers block is treated as a network error", async ({ lab }) => {
	const url = "http://127.0.0.1:6000/";
	const names = ["blocked port", "blocked port without an event"] as const;
	const native = { firefox: { [url]: "error 2" }, webkit: { [url]: "" } };
	await expectFailures(lab, { [url]: "error 0" }, { names, native });
});

test("data: and blob: URLs that are event streams are read", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, text) => {
			const type = "text/event-stream";
			const urls = [`data:${type},${encodeURIComponent(text)}`, URL.createObjectURL(new Blob([text], { type }))];
			const outcome: unknown[] = [];
			for (const url of urls) {
				const source = new EventSource(url);
				const { data, origin } = await Promise.race([once(source, "message"), once(source, "error")]);
				outcome.push(data === undefined ? "error" : [data, origin === location.origin ? "own" : origin]);
				source.close();
			}
			return outcome;
		},
		events("日本"),
		[
			["日本", "null"],
			["日本", "own"],
		],
		{
			names: ["data: and blob: URLs", "data: URL, and origin of a blob: URL"],
			native: { firefox: ["error", "error"], webkit: ["error", ["日本", "blob://"]] },
		},
	);
});
