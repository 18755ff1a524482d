// Owns how failures and endings are put in words.

import type { FailureEvent, Reason } from "headwater";
import { parseJson, serverReason } from "./completion.ts";

/** Why a source is closed, in a few words, for each reason that is not an answer's normal end. */
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
			return "server not reached";
		case "interrupted":
			return "connection broken";
		case "cors":
			return "refused across origins";
		case "status":
			return status === undefined ? "refused" : `refused with ${status}`;
		case "content-type":
			return "not an event stream";
		case "timeout":
			return "no answer in time";
		case "silence":
			return "nothing came for too long";
		case "too-large":
			return "an event was too large";
		case "attempts":
			return "gave up trying";
		case "request":
			return "request not possible";
		case "internal":
			return "WebAssembly failed";
	}
}

/** One or two sentences: what happened, and what the server gave as its reason. */
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
			return "The connection broke off";
		case "status":
			return refused(status);
		case "content-type":
			return "The server answered with something else than an event stream";
		case "attempts":
			return status === undefined
				? "The connection failed several times in a row"
				: `${refused(status)}, also when tried again`;
		case "timeout":
			return "The server did not answer in time";
		case "silence":
			return "The server fell silent";
		case "too-large":
			return "The server sent an event that is too large";
		case "cors":
			return "The server does not allow this page to read its answer";
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

/** Whether the library's own message adds something to what we say of this reason. */
function explainsMore(reason: Reason): boolean {
	return reason === "request" || reason === "internal";
}

/** What a refused response gives as its reason: an error object, the title of a page, or its first line. */
function reasonFromBody(body: string): string | undefined {
	const reason = serverReason(parseJson(body));
	if (reason) return reason;
	const text = body.trim();
	if (text.startsWith("<")) return /<title[^>]*>([^<]+)/i.exec(text)?.[1]?.trim();
	if (text.startsWith("{") || text.startsWith("[")) return undefined;
	return text.split(/\r?\n/, 1)[0];
}

// Longer than this is a stack trace or a page, not a reason.
const LONGEST = 300;

function sentence(text: string): string {
	const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
	return /[.!?…。！？]$/.test(short) ? short : `${short}.`;
}
