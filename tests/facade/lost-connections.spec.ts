// A rule for callers that classify errors. A lost connection is a TypeError that names the network,
// with the platform's error as its cause. Every other failure is an Error of another class.

import { elsewhere, eventStream, events, expect, HANDED_OVER, send, test, unusedOrigin } from "./support.ts";

interface Thrown {
	name: string;
	isTypeError: boolean;
	namesNetwork: boolean;
	/** The name of the platform's error. */
	cause: string | undefined;
	causeIsError: boolean;
	reason: string;
	status: number | undefined;
	lastWord: string;
}

/**
 * Runs in the page. Returns the errors of `events()`, of `onerror`, and of the promise of
 * `fetchEventSource()`.
 */
async function thrownByForms(
	{ events, fetchEventSource }: Pick<typeof import("headwater"), "events" | "fetchEventSource">,
	[url, options, onlyEvents]: readonly [string, object, true?],
): Promise<Thrown[]> {
	const describe = (error: unknown): Thrown => {
		const { name, message, cause, reason, status } = error as Error & { reason: string; status: number | undefined };
		return {
			name,
			isTypeError: error instanceof TypeError,
			namesNetwork: /network/.test(message),
			cause: (cause as Error | undefined)?.name,
			causeIsError: cause === (error as { error: unknown }).error,
			reason,
			status,
			lastWord: message,
		};
	};
	const iterate = async () => {
		for await (const _ of events(url, options));
	};
	if (onlyEvents) {
		return [describe(await iterate().catch((error) => error))];
	}
	let called: unknown;
	const onerror = (error: unknown) => {
		called = error;
	};
	const thrown = await iterate().catch((error) => error);
	const rejected = await fetchEventSource(url, { ...options, onerror }).catch((error) => error);
	return [thrown, called, rejected].map(describe);
}

const CUT = eventStream(send(events(1)), HANDED_OVER, "rst");
const ENDED = eventStream(send(events(1)));

/** The requests use POST, which is never repeated, so that each failure is final. */
const POST = { method: "POST" };

// behavior 11.9
test("if the server cannot be reached, the error is a TypeError with reason network, and its cause is the platform's error", async ({
	lab,
}) => {
	const thrown = await lab.ours(thrownByForms, [await unusedOrigin(), POST] as const);
	expect(thrown).toEqual(Array(3).fill(lost("network", "TypeError")));
});

// behavior 11.5
test("if the connection is lost during the stream, the error is a TypeError with reason interrupted, and its cause is the platform's error", async ({
	lab,
}) => {
	const thrown = await lab.ours(thrownByForms, [lab.script(CUT, CUT), POST] as const);
	expect(thrown).toEqual(Array(3).fill(lost("interrupted", expect.any(String), 200)));
});

test("if the response ends before until returns true, the error is a TypeError without a cause", async ({ lab }) => {
	const thrown = await lab.ours(
		({ events, fetchEventSource }, url) =>
			// Functions cannot be passed to the page.
			(globalThis as unknown as { thrownByForms: typeof thrownByForms }).thrownByForms({ events, fetchEventSource }, [
				url,
				{ method: "POST", until: ({ data }: { data: string }) => data === "[DONE]" },
			]),
		lab.script(ENDED, ENDED),
	);
	expect(thrown).toEqual(Array(3).fill(lost("interrupted", undefined, 200)));
});

test("a connection is lost if no response arrives within connectTimeout or no byte within silenceTimeout", async ({
	lab,
}) => {
	const silent = eventStream(send(events(1)), "hang");
	const timeout = await lab.ours(thrownByForms, [
		lab.script("hang", "hang"),
		{ ...POST, connectTimeout: 100 },
	] as const);
	expect(timeout).toEqual(Array(3).fill(lost("timeout", undefined)));
	const silence = await lab.ours(thrownByForms, [
		lab.script(silent, silent),
		{ ...POST, silenceTimeout: 100 },
	] as const);
	expect(silence).toEqual(Array(3).fill(lost("silence", undefined, 200)));
});

test("if a server of another origin refuses a GET, the error is a TypeError, as with fetch", async ({ lab }) => {
	const thrown = await lab.ours(thrownByForms, [elsewhere(lab.url("/cors-refused")), {}, true] as const);
	expect(thrown).toEqual([lost("cors", "TypeError")]);
});

test("reason attempts is a lost connection after network errors, but not after refusals", async ({ lab }) => {
	const reconnect = { delay: 1, maxRetries: 1 };
	const [network] = await lab.ours(thrownByForms, [await unusedOrigin(), { ...POST, reconnect }, true] as const);
	expect(network).toEqual(lost("attempts", "TypeError"));
	const [refused] = await lab.ours(thrownByForms, [
		lab.script("status=503", "status=503", "status=503", "status=503"),
		{ ...POST, reconnect },
		true,
	] as const);
	expect(refused).toMatchObject({ name: "Error", isTypeError: false, reason: "attempts", status: 503 });
});

// behavior 11.9
test("a refusal, a wrong content type and an event above the limit are not lost connections", async ({ lab }) => {
	const rows: [script: string, options: object, expected: Partial<Thrown>][] = [
		["status=429", POST, { reason: "status", status: 429 }],
		["type=text/html|send=page", POST, { reason: "content-type", status: 200 }],
		[eventStream(send(events("x".repeat(100)))), { ...POST, maxEventSize: 10 }, { reason: "too-large" }],
	];
	for (const [index, [script, options, expected]] of rows.entries()) {
		const own = lab.apart(`${index}`);
		const thrown = await own.ours(thrownByForms, [own.script(script, script), options] as const);
		for (const error of thrown) {
			expect(error).toMatchObject({ name: "Error", isTypeError: false, namesNetwork: false, ...expected });
		}
	}
});

test.beforeEach(({ lab }) => lab.page.evaluate(`globalThis.thrownByForms = ${thrownByForms}`));

function lost(reason: string, cause: unknown, status?: number) {
	return {
		name: "TypeError",
		isTypeError: true,
		namesNetwork: true,
		cause,
		causeIsError: true,
		reason,
		status,
		lastWord: expect.stringMatching(/^network error: /),
	};
}
