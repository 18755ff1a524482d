// Owns the question which model answers.

/** What the server says of its model. */
export interface Model {
	/** Its name. */
	readonly model: string;
	/** Whether a broken answer can be taken up again after its last event ID. */
	readonly resumable: boolean;
	/** Whether it is the built-in one, whose pace can be chosen. */
	readonly embedded: boolean;
}

// A question waits for this answer, so it must not be waited for without end.
const PATIENCE = 5000;

let known: Promise<Model | undefined> | undefined;

/** The model, or `undefined` if the server does not say; then the next call asks again. */
export function loadModel(): Promise<Model | undefined> {
	known ??= askServer().catch(() => {
		known = undefined;
		return undefined;
	});
	return known;
}

async function askServer(): Promise<Model> {
	const response = await fetch("/api/model", { signal: AbortSignal.timeout(PATIENCE) });
	if (!response.ok) throw new Error(`/api/model answered ${response.status}`);
	const { model, resumable, embedded } = (await response.json()) as Partial<Model>;
	return { model: String(model), resumable: resumable === true, embedded: embedded === true };
}
