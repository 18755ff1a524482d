// Reads an event of a chat completion stream (OpenAI's format).

/** The meaning of one event. */
export type Chunk =
	/** The next piece of text; may be empty. */
	| { readonly kind: "text"; readonly text: string; readonly finish: string | undefined }
	/** The model's answer is complete. */
	| { readonly kind: "done" }
	/** The model, or a server in between, reports an error inside the stream. */
	| { readonly kind: "error"; readonly message: string }
	/** The page cannot read the event. */
	| { readonly kind: "unreadable" };

/** Parses the data of one event. Never throws. */
export function readChunk(data: string): Chunk {
	if (data.trim() === "[DONE]") return { kind: "done" };
	const value = parseJson(data);
	if (typeof value !== "object" || value === null) return { kind: "unreadable" };
	const message = serverReason(value);
	if (message !== undefined) return { kind: "error", message };
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
 * Returns the reason in `{"error": {"message": "…"}}` or `{"error": "…"}`, the formats in which
 * such servers refuse a request.
 */
export function serverReason(value: unknown): string | undefined {
	if (typeof value !== "object" || value === null || !("error" in value)) return undefined;
	const { error } = value;
	if (typeof error === "string") return error;
	if (typeof error !== "object" || error === null || !("message" in error)) return undefined;
	return typeof error.message === "string" ? error.message : undefined;
}

/** Returns the value of a JSON text, or `undefined` if it is invalid. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
