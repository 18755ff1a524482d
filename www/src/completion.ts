// Reads an event of a chat completion stream (OpenAI's format).

/** The meaning of one event. */
export type Chunk =
	/** The next piece of text; may be empty. */
	| { readonly kind: "text"; readonly text: string; readonly finish: string | undefined }
	/** The model's answer is complete. */
	| { readonly kind: "done" }
	/** The model, or a server in between, reports an error inside the stream. */
	| { readonly kind: "error"; readonly problem: Problem }
	/** The page cannot read the event. */
	| { readonly kind: "unreadable" };

/** A failure in the server's words. `code` is the name of the failure, if the server sends one. */
export interface Problem {
	readonly message: string;
	readonly code?: string | undefined;
}

/** Parses the data of one event. Never throws. */
export function readChunk(data: string): Chunk {
	if (data.trim() === "[DONE]") return { kind: "done" };
	const value = parseJson(data);
	if (typeof value !== "object" || value === null) return { kind: "unreadable" };
	const problem = serverProblem(value);
	if (problem) return { kind: "error", problem };
	const choice = (value as { choices?: { delta?: { content?: unknown }; finish_reason?: unknown }[] }).choices?.[0];
	const content = choice?.delta?.content;
	const finish = choice?.finish_reason;
	return {
		kind: "text",
		text: typeof content === "string" ? content : "",
		finish: typeof finish === "string" ? finish : undefined,
	};
}

/**
 * Returns the failure in `{"error": {"message": "…", "code": "…"}}` or `{"error": "…"}`. These are
 * the formats in which servers of chat completions refuse a request.
 */
export function serverProblem(value: unknown): Problem | undefined {
	if (typeof value !== "object" || value === null || !("error" in value)) return undefined;
	const { error } = value;
	if (typeof error === "string") return { message: error };
	if (typeof error !== "object" || error === null) return undefined;
	const { message, code } = error as { message?: unknown; code?: unknown };
	if (typeof message !== "string") return undefined;
	return { message, code: typeof code === "string" ? code : undefined };
}

/** Returns the value of a JSON text, or `undefined` if it is invalid. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
