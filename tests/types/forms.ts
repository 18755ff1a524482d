// The types of the package as its users see them: code that must compile and, after
// `@ts-expect-error`, code that must not. Nothing here runs.

import {
	type Closed,
	type CommonInit,
	EventSource,
	type EventSourceInit,
	type EventSourceMessage,
	EventStreamContentType,
	type EventsInit,
	events,
	type FailureEvent,
	fetchEventSource,
	init,
	type Message,
	type OpenEvent,
	type Reason,
	type ServerSentEvent,
} from "headwater";
import * as slim from "headwater/slim";

/** Compiles only for a value of exactly this type. */
declare function exactly<T>(): <U extends T>(value: U, ...same: [T] extends [U] ? [] : [never]) => void;
declare function use(...values: unknown[]): void;

interface Token {
	text: string;
}

type Chat = { token: Token; stop: null; message: number[] };
declare const url: URL;
declare const prompt: string;

// A map of events sets the types of listeners, handlers and json().
const chat = new EventSource<Chat>("/chat", { json: { prompt } });
chat.addEventListener("token", (event) => {
	exactly<Token>()(event.json());
	exactly<string>()(event.data);
	exactly<string>()(event.lastEventId);
	// @ts-expect-error: a token has no such member.
	use(event.json().role);
	event satisfies MessageEvent;
});
chat.addEventListener("stop", function (event) {
	exactly<null>()(event.json());
	this.close();
});
chat.onmessage = (event) => exactly<number[]>()(event.json());
chat.addEventListener("open", ({ response }) => exactly<number>()(response.status));
chat.addEventListener("error", (event) => exactly<Reason>()(event.reason));
chat.onopen = (event) => event satisfies OpenEvent;
chat.onerror = (event) => event satisfies FailureEvent;
chat.onerror = null;
// Servers may send events that are not in the map.
chat.addEventListener("ping", (event) => exactly<unknown>()(event.json()));
chat.addEventListener("token", { handleEvent: (event) => use(event.type) }, { once: true });
chat.removeEventListener("token", (event: ServerSentEvent<Token>) => use(event));
// @ts-expect-error: a listener for a token does not receive a number.
chat.addEventListener("token", (event: ServerSentEvent<number>) => use(event));
// @ts-expect-error: messages in this map are arrays of numbers.
chat.onmessage = (event: ServerSentEvent<string>) => use(event);
// @ts-expect-error: a handler is a function.
chat.onmessage = "handler";
// @ts-expect-error: a map is an object type.
new EventSource<string>("/chat");

// An interface is a valid map, like a type alias.
interface Feed {
	price: { amount: number };
}
new EventSource<Feed>(url).addEventListener("price", (event) => exactly<number>()(event.json().amount));

// The map may contain `error` and `open`. The class of an event shows who fired it.
declare const talkative: EventSource<{ error: { code: number }; open: string[] }>;
talkative.addEventListener("error", (event) => {
	if (event instanceof MessageEvent) {
		exactly<number>()(event.json().code);
	} else {
		exactly<Reason>()(event.reason);
	}
	// @ts-expect-error: a server's error has no reason.
	use(event.reason);
});
talkative.onerror = (event) => {
	// @ts-expect-error: here too, it has no reason.
	use(event.reason);
	use("reason" in event && event.reason, event instanceof MessageEvent && event.json().code);
};

// Sources with different maps are not assignable to each other.
declare const prices: EventSource<Feed>;
// @ts-expect-error: the source has prices and no tokens.
const tokens: EventSource<Chat> = prices;
const any: EventSource = prices;
use(tokens, any);

// Without a map json() returns unknown, unless the caller gives a type.
const plain = new EventSource("/feed");
plain.onmessage = (event) => {
	exactly<unknown>()(event.json());
	exactly<Token>()(event.json<Token>());
	// @ts-expect-error: its type is unknown.
	use(event.json().text);
};

// The class can be used wherever the browser's class is expected.
const native: globalThis.EventSource = chat;
const nativeClass: typeof globalThis.EventSource = EventSource;
const made: globalThis.EventSource = new nativeClass("/feed", { withCredentials: true });
function takesNative(source: globalThis.EventSource): void {
	source.onmessage = (event) => use(event.data);
}
takesNative(plain);
use(native, made);

// The class.
exactly<0 | 1 | 2>()(plain.readyState);
exactly<2>()(EventSource.CLOSED);
exactly<Promise<Closed>>()(plain.closed);
declare const stream: ReadableStream<Uint8Array>;
EventSource.fromReadableStream<Chat>(stream) satisfies EventSource<Chat>;
// @ts-expect-error: it is read-only.
plain.readyState = 1;
// @ts-expect-error: there is no such reason.
const reason: Reason = "because";
use(reason);

// The class can be extended, and the types of its arguments can be inferred.
class Quiet extends EventSource {
	override close(): void {
		super.close();
	}
}
class Prices extends EventSource<Feed> {}
new Prices("/prices").addEventListener("price", (event) => exactly<number>()(event.json().amount));
function construct<C extends new (url: string, init?: never) => unknown>(of: C, init: ConstructorParameters<C>[1]) {
	use(of, init);
}
construct(Quiet, { json: {}, request: ({ attempt }) => ({ headers: { attempt: `${attempt}` } }) });
construct(EventSource, { request: ({ attempt }) => ({ headers: { attempt: `${attempt}` } }) });

// Options.
const all: EventSourceInit = {
	method: "PUT",
	headers: new Headers(),
	body: new Blob(),
	withCredentials: true,
	reconnect: ({ status, willReconnect, delay }) => (status === 401 ? 0 : willReconnect && delay),
	request: async ({ attempt, lastEventId }) => (attempt === 1 ? undefined : { url: `/feed/${lastEventId}` }),
	until: (event) => event.json<Token>().text === "",
	accept: (response) => response.ok,
	end: "close",
	signal: AbortSignal.timeout(1000),
};
new EventSource(url, all);
new EventSource("/feed", { reconnect: { delay: 1000, maxRetries: 5 } });
// @ts-expect-error: an end has one of two values.
new EventSource("/feed", { end: "stop" });
// @ts-expect-error: milliseconds are a number.
new EventSource("/feed", { silenceTimeout: "5s" });
// @ts-expect-error: there is no such option.
new EventSource("/feed", { heartbeatTimeout: 5 });
// @ts-expect-error: a reconnection function returns a number, false or undefined.
new EventSource("/feed", { reconnect: () => "later" });
// @ts-expect-error: a URL is needed.
new EventSource();

// All forms share the options that do not depend on events. A wrapper may pass on options that are
// undefined.
const shared: CommonInit = { headers: { authorization: "" }, silenceTimeout: 60_000 };
function share({ signal, until }: { signal?: AbortSignal; until?: (event: { data: string }) => boolean }) {
	new EventSource(url, { ...shared, until, ...(signal && { signal }) });
	events<Chat>(url, shared);
	events<Chat>(url, { ...shared, until } satisfies EventsInit);
	return fetchEventSource("/chat", { ...shared, until });
}

// The iterator: the type of a message determines the type of its JSON.
async function iterate() {
	for await (const message of events<Chat>("/chat", { json: { prompt }, until: ({ type }) => type === "stop" })) {
		exactly<"token" | "stop" | "message">()(message.type);
		const { json } = message;
		// @ts-expect-error: it needs its message.
		json();
		if (message.type === "token") {
			exactly<Token>()(message.json());
		}
		// @ts-expect-error: there is no such type in the map.
		use(message.type === "tokn");
	}
	for await (const message of events(stream, { signal: AbortSignal.timeout(1) })) {
		message satisfies Message;
		exactly<string>()(message.type);
		exactly<unknown>()(message.json());
	}
	const { value, done } = await events(url).next();
	use(value, done);
}

// Callbacks.
async function callBack() {
	await fetchEventSource("/chat", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ prompt }),
		openWhenHidden: true,
		async onopen(response) {
			exactly<Response>()(response);
			exactly<boolean>()(response.headers.get("content-type") === EventStreamContentType);
		},
		onmessage(message) {
			message satisfies EventSourceMessage;
			exactly<Token>()(message.json<Token>());
		},
		onclose() {},
		onerror: () => 1000,
	});
	// @ts-expect-error: use onerror instead.
	await fetchEventSource("/chat", { reconnect: true });
}

// The entries.
exactly<Promise<void>>()(init());
exactly<Promise<void>>()(slim.init({ module_or_path: url }));
slim.init({ module_or_path: fetch(url) });
slim.init({ module_or_path: new Uint8Array() });
new slim.EventSource<Chat>("/chat") satisfies EventTarget;
use(iterate, callBack, share);
