// Asks the server which model it uses.

/** The server's description of its model. */
export interface Model {
	/** Its name. */
	readonly model: string;
	/** Whether a broken stream can resume after its last event ID. */
	readonly resumable: boolean;
	/** Whether it is the built-in model, whose pace can be chosen. */
	readonly embedded: boolean;
}

// A question waits for this response, so the wait needs a limit. Milliseconds.
const PATIENCE = 5000;

let known: Promise<Model | undefined> | undefined;

/**
 * Returns the model, or `undefined` if the server does not respond; then the next call tries again.
 */
export function loadModel(): Promise<Model | undefined> {
	known ??= askServer().catch(() => {
		known = undefined;
		return undefined;
	});
	return known;
}

async function askServer(): Promise<Model> {
	const response = await fetch("/api/model", { signal: AbortSignal.timeout(PATIENCE) });
	if (!response.ok) throw new Error(`/api/model responded with status ${response.status}`);
	const { model, resumable, embedded } = (await response.json()) as Partial<Model>;
	return { model: String(model), resumable: resumable === true, embedded: embedded === true };
}
