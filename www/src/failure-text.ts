// Describes failures and endings in words.

import type { FailureEvent, Reason } from "headwater";
import { parseJson, serverReason } from "./completion.ts";

/** Returns in a few words why a source is closed. */
export function closedText(reason: Reason, status?: number): string {
	switch (reason) {
		case "caller":
		case "signal":
			return "stopped";
		case "end":
			return "the server ended it";
		case "until":
			return "complete";
		case "network":
			return "server unreachable";
		case "interrupted":
			return "connection broken";
		case "cors":
			return "blocked by CORS";
		case "status":
			return status === undefined ? "refused" : `refused with ${status}`;
		case "content-type":
			return "not an event stream";
		case "timeout":
			return "no response in time";
		case "silence":
			return "nothing arrived for too long";
		case "too-large":
			return "an event was too large";
		case "attempts":
			return "gave up retrying";
		case "request":
			return "request not possible";
		case "internal":
			return "WebAssembly failed";
	}
}

/** Returns one or two sentences: the failure, and the server's reason. */
export function failureText(failure: FailureEvent): string {
	const what = `${happened(failure.reason, failure.status)}.`;
	const why = reasonFromBody(failure.body ?? "");
	if (why) return `${what} ${sentence(why)}`;
	return explainsMore(failure.reason) ? `${what} ${sentence(failure.message)}` : what;
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
				: `${refused(status)}, also after retries`;
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
	if (status === 401 || status === 403) return `The server does not allow this (${status})`;
	if (status === 404) return "The server does not know this address (404)";
	if (status === 429) return "Too many requests for now (429)";
	if (status >= 500) return `The server has a problem (${status})`;
	return `The server refused the request (${status})`;
}

/** Returns whether the library's own message adds information for this reason. */
function explainsMore(reason: Reason): boolean {
	return reason === "request" || reason === "internal";
}

/**
 * Extracts the reason from a refused response: an error object, the title of a page, or the first
 * line.
 */
function reasonFromBody(body: string): string | undefined {
	const reason = serverReason(parseJson(body));
	if (reason) return reason;
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
