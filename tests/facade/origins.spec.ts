// A source uses the origin of its page or worker and not that of a URL. The tests run in frames,
// popups and workers whose URL has no origin of its own, or whose origin is opaque.

import { eventStream, expect, type Lab, send, test } from "./support.ts";

interface Urls {
	package: string;
	/** A path whose request fails. */
	broken: string;
	/** A path with a stream, a request that fails, and another stream. */
	feed: string;
	/** A path whose CORS headers refuse every other origin. */
	refusing: string;
}

/** Runs in each place, so it cannot use anything else of this file. */
async function look(urls: Urls): Promise<unknown> {
	const { EventSource } = await import(urls.package);
	const hint = await new Promise((resolve) => {
		const source = new EventSource(urls.broken, { method: "POST", lastEventId: "7" });
		source.onerror = ({ message }: { message: string }) => resolve(message.includes("lastEventIdParam"));
	});
	const data: string[] = [];
	await new Promise<void>((resolve) => {
		const source = new EventSource(urls.feed);
		source.onmessage = (event: MessageEvent) => {
			if (data.push(event.data) === 2) {
				source.close();
				resolve();
			}
		};
	});
	const refusal = self.origin === "null" ? (await new EventSource(urls.refusing).closed).reason : "";
	return [self.origin, location.origin, hint, data, refusal];
}

/**
 * Creates each place from the text of a script that calls `report` at its end. Runs in the page.
 */
const PLACES: Record<string, { make: (script: string, page: string) => void; isOpaque?: true }> = {
	"a frame with srcdoc": {
		make(script) {
			const frame = document.createElement("iframe");
			frame.srcdoc = `<script>const report = (told) => parent.postMessage(told, "*"); ${script}</script>`;
			document.body.append(frame);
		},
	},
	"a frame of about:blank": {
		make(script) {
			const frame = document.createElement("iframe");
			document.body.append(frame);
			const { contentWindow } = frame as unknown as { contentWindow: typeof globalThis };
			contentWindow.eval(`const report = (told) => parent.postMessage(told, "*"); ${script}`);
		},
	},
	"a popup of about:blank": {
		make(script) {
			const popup = open("about:blank") as unknown as typeof globalThis;
			popup.eval(`const report = (told) => (opener.postMessage(told, "*"), close()); ${script}`);
		},
	},
	"a worker of a blob: URL": {
		make(script) {
			const url = URL.createObjectURL(new Blob([`const report = (told) => postMessage(told); ${script}`]));
			new Worker(url).onmessage = ({ data }) => postMessage(data, "*");
		},
	},
	"a sandboxed frame with srcdoc": {
		isOpaque: true,
		make(script) {
			const frame = document.createElement("iframe");
			frame.sandbox.add("allow-scripts");
			frame.srcdoc = `<script>const report = (told) => parent.postMessage(told, "*"); ${script}</script>`;
			document.body.append(frame);
		},
	},
	"a sandboxed frame of the server's own page": {
		isOpaque: true,
		make(_, page) {
			const frame = document.createElement("iframe");
			frame.sandbox.add("allow-scripts");
			frame.src = page;
			document.body.append(frame);
		},
	},
	"a worker of a data: URL": {
		isOpaque: true,
		make(script) {
			const text = `const report = (told) => postMessage(told); ${script}`;
			new Worker(`data:text/javascript,${encodeURIComponent(text)}`).onmessage = ({ data }) => postMessage(data, "*");
		},
	},
};

for (const [name, { make, isOpaque }] of Object.entries(PLACES)) {
	const rule = isOpaque ? "every server as cross-origin" : "the page's server as same-origin";

	test(`in ${name}, probes and the hint about Last-Event-ID treat ${rule}`, async ({ lab }) => {
		const noPopups = lab.browserName === "webkit" && name.includes("popup");
		test.skip(noPopups, "WebKitGTK's driver opens no popup for a script");
		const script = `(${look})(${JSON.stringify(urls(lab))}).then(report, (error) => report(String(error)));`;
		const html = `<script>const report = (told) => parent.postMessage(told, "*"); ${script}</script>`;
		const page = lab.apart("page").script(`type=text/html|${send(html)}`);
		const told = await lab.ours(
			(_, { make, script, page }) =>
				new Promise((resolve) => {
					addEventListener("message", ({ data }) => resolve(data), { once: true });
					new Function(`return { ${make} }`)().make(script, page);
				}),
			{ make: `${make}`, script, page },
		);
		const origin = isOpaque ? "null" : lab.origin;
		expect(told).toEqual([origin, expect.any(String), Boolean(isOpaque), ["a", "b"], isOpaque ? "cors" : ""]);
		if (!isOpaque) {
			// A server of the same origin cannot refuse the request, so there is no probe.
			const { requests } = await lab.apart("feed").log();
			expect(requests.filter(({ headers }) => headers.accept === "*/*")).toEqual([]);
			expect(requests.length).toBeGreaterThan(2);
		}
	});
}

function urls(lab: Lab): Urls {
	const first = eventStream(send("retry: 1\nid: 1\ndata: a\n\n"));
	return {
		package: `${lab.origin}/files/dist/index.js`,
		broken: lab.apart("broken").script("rst"),
		feed: lab.apart("feed").script(first, "rst", eventStream(send("data: b\n\n"), "hang")),
		refusing: lab.apart("refusing").url("/cors-refused"),
	};
}
