// Asks the server which model it uses.

/** The server's description of its model. */
export interface Model {
	/** Its name. */
	readonly model: string;
	/** Whether a broken stream can resume after its last event ID. */
	readonly resumable: boolean;
	/** Whether it is the built-in model, whose pace can be chosen. */
	readonly embedded: boolean;
	/** The largest request that the server accepts, in bytes. */
	readonly maxBytes: number;
}

// In milliseconds. A question waits for this response, so the wait needs a limit.
const PATIENCE = 5000;

let asked: Promise<Model | undefined> | undefined;
let known: Model | undefined;

/**
 * Returns the model, or `undefined` if the server does not respond. In that case the next call asks
 * again.
 */
export function loadModel(): Promise<Model | undefined> {
	asked ??= askServer().catch(() => {
		asked = undefined;
		return undefined;
	});
	return asked;
}

/** Returns the model, or `undefined` if the server has not responded yet. */
export function knownModel(): Model | undefined {
	return known;
}

async function askServer(): Promise<Model> {
	const response = await fetch("/api/model", { signal: AbortSignal.timeout(PATIENCE) });
	if (!response.ok) throw new Error(`/api/model responded with status ${response.status}`);
	const { model, resumable, embedded, maxBytes } = (await response.json()) as Partial<Model>;
	known = {
		model: String(model),
		resumable: resumable === true,
		embedded: embedded === true,
		maxBytes: typeof maxBytes === "number" ? maxBytes : Number.POSITIVE_INFINITY,
	};
	return known;
}
