// Describes in words why a request failed or a stream ended.

import type { FailureEvent, Reason } from "headwater";
import { type Problem, parseJson, serverProblem } from "./completion.ts";

/**
 * The remedy for each failure of the model's server, by the code that the chat server
 * sends (`www/server/src/passthrough/failure.rs`).
 */
const REMEDIES: ReadonlyMap<string, string> = new Map([
	["unknown-name", "Check the name in OPENAI_BASE_URL, and the network of the machine that runs this chat."],
	["connection-refused", "Start the model's server, or correct the port in OPENAI_BASE_URL."],
	["no-route", "Check the network of the machine that runs this chat."],
	["tls", "Check that OPENAI_BASE_URL has the right scheme, http or https, and that the certificate is valid."],
	["connect-timeout", "Check OPENAI_BASE_URL and any firewalls in between, or try again later."],
	["proxy-password", "Add a user name and password to the proxy's URL in HTTPS_PROXY or HTTP_PROXY."],
	["unreachable", "Check OPENAI_BASE_URL, and the proxy if there is one."],
	["closed-early", "Try again. If this happens every time, check OPENAI_BASE_URL."],
	["not-http", "Check the port and the scheme in OPENAI_BASE_URL."],
	["head-too-large", "Check that OPENAI_BASE_URL is the URL of a model's server."],
	["response-timeout", "Try again later. If the model needs more time, raise UPSTREAM_RESPONSE_TIMEOUT."],
	["no-content", "Check the path in OPENAI_BASE_URL: it must be the base path of the chat API."],
	["redirect", "Set OPENAI_BASE_URL to the new URL."],
	["bad-request", "Check that the model in MODEL can chat, and that the model's server can stream."],
	["key", "Correct OPENAI_API_KEY, and restart the chat server."],
	["payment", "Pay for the account that the key belongs to, or use another key."],
	["forbidden", "Use a key that is allowed to use this model, or set MODEL to another model."],
	["not-found", "Check MODEL and the path in OPENAI_BASE_URL."],
	["unknown-model", "Set MODEL to the name of a model that the model's server has."],
	["request-timeout", "Try again. If this happens every time, the network connection is too slow."],
	["conflict", "Wait until the other request is complete, and try again."],
	["too-long", "Start a new chat, or ask a shorter question."],
	["too-many", "Wait a minute, and try again."],
	["no-quota", "Add credit to the account that the key belongs to, or use another key."],
	["filtered", "Rephrase the question, or start a new chat."],
	["gateway", "Try again in a few minutes, or ask the operator of the gateway."],
	["gateway-timeout", "Try again in a few minutes, or ask a shorter question."],
	["overloaded", "Try again in a few minutes."],
	["fault", "Try again later. If it keeps happening, tell the operator of the model's server."],
	["status", "Check that the server at OPENAI_BASE_URL offers the model in MODEL."],
	["compressed", "Turn off compression in the model's server, or in the proxy in front of it."],
	["web-page", "Check the path in OPENAI_BASE_URL, which usually ends with /v1."],
	["json", "Check that the model's server can stream."],
	["not-a-stream", "Check that OPENAI_BASE_URL is the URL of an OpenAI-compatible server."],
	["reported", "Try again. The log of the model's server may show the cause."],
	["silence", "Ask again. If the model needs more time, raise UPSTREAM_SILENCE_TIMEOUT."],
	["cut", "Ask again, because the rest of the answer is lost."],
	["empty", "Ask again, or set MODEL to another model."],
	["incomplete", "Ask again, because the end of the answer is missing."],
	["too-large", "Ask for a shorter answer, or for text only."],
]);

/** Returns in a few words why a source is closed. */
export function closedText(reason: Reason, status?: number): string {
	switch (reason) {
		case "caller":
		case "signal":
			return "stopped";
		case "end":
			return "ended by the server";
		case "until":
			return "complete";
		case "network":
			return "server unreachable";
		case "interrupted":
			return "connection lost";
		case "cors":
			return "blocked by CORS";
		case "status":
			return status === undefined ? "refused" : `refused with ${status}`;
		case "content-type":
			return "not an event stream";
		case "timeout":
			return "no response in time";
		case "silence":
			return "no data for too long";
		case "too-large":
			return "an event was too large";
		case "attempts":
			return "gave up retrying";
		case "request":
			return "the request could not be made";
		case "internal":
			return "WebAssembly failed";
	}
}

/** Returns one or two sentences: the failure, and the server's reason. */
export function failureText(failure: FailureEvent): string {
	const body = failure.body ?? "";
	const problem = serverProblem(parseJson(body));
	const remedy = problem && withRemedy(problem);
	if (remedy) return remedy;
	const what = `${happened(failure.reason, failure.status)}.`;
	const why = problem?.message ?? reasonFromText(body);
	if (why) return `${what} ${sentence(why)}`;
	return explainsMore(failure.reason) ? `${what} ${sentence(failure.message)}` : what;
}

/** Returns one or two sentences about an error that arrived within the stream. */
export function problemText(problem: Problem): string {
	return withRemedy(problem) ?? `The model reported an error: ${problem.message}`;
}

/** Returns a sentence about pieces of an answer that are not JSON. */
export function unreadableText(count: number): string {
	const pieces =
		count === 1
			? "One piece of the model's answer could not be read and is missing."
			: `${count} pieces of the model's answer could not be read and are missing.`;
	return `${pieces} If the rest makes no sense, ask again.`;
}

/** Returns the failure and the remedy, or `undefined` if the code is not known. */
function withRemedy({ message, code }: Problem): string | undefined {
	const remedy = code === undefined ? undefined : REMEDIES.get(code);
	return remedy && `${sentence(message)} ${remedy}`;
}

function happened(reason: Reason, status: number | undefined): string {
	switch (reason) {
		case "network":
			return "The server could not be reached";
		case "interrupted":
			return "The connection was lost";
		case "status":
			return refused(status);
		case "content-type":
			return "The server did not respond with an event stream";
		case "attempts":
			return status === undefined
				? "The connection failed several times in a row"
				: `${refused(status)}, even after several retries`;
		case "timeout":
			return "The server did not respond in time";
		case "silence":
			return "The server stopped sending data";
		case "too-large":
			return "The server sent an event that is too large";
		case "cors":
			return "The server does not allow this page to read its response";
		case "request":
			return "The request could not be made";
		case "internal":
			return "The WebAssembly module failed; reloading the page may help";
		default:
			return "The stream ended";
	}
}

function refused(status: number | undefined): string {
	if (status === undefined) return "The server refused the request";
	if (status === 401 || status === 403) return `The server does not allow this request (${status})`;
	if (status === 404) return "The server does not know this address (404)";
	if (status === 429) return "The server is receiving too many requests (429)";
	if (status >= 500) return `The server has a problem (${status})`;
	return `The server refused the request (${status})`;
}

/** Returns whether the library's own message adds information for this reason. */
function explainsMore(reason: Reason): boolean {
	return reason === "request" || reason === "internal";
}

/**
 * Extracts the reason from an error response that is not JSON: a page's title, or the first line.
 */
function reasonFromText(body: string): string | undefined {
	const text = body.trim();
	if (text.startsWith("<")) return /<title[^>]*>([^<]+)/i.exec(text)?.[1]?.trim();
	if (text.startsWith("{") || text.startsWith("[")) return undefined;
	return text.split(/\r?\n/, 1)[0];
}

// A longer text is a stack trace or a page, not a reason.
const LONGEST = 300;

function sentence(text: string): string {
	const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
	return /[.!?…。！？]$/.test(short) ? short : `${short}.`;
}
