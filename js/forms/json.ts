// Reads the data of an event as JSON.

/** How many UTF-16 code units of the data an error quotes. */
const QUOTED = 80;

/** Returns the data as JSON. The error names the event. */
export function parseJson<T>(data: string, type: string, lastEventId: string): T {
	try {
		return JSON.parse(data);
	} catch (cause) {
		const rest = data.length > QUOTED ? "…" : "";
		const quoted = `${data.slice(0, QUOTED)}${rest}`;
		throw new SyntaxError(`the data of event "${type}" with id "${lastEventId}" is not JSON: "${quoted}"`, { cause });
	}
}
