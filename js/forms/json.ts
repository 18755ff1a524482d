// Parses the data of an event as JSON.

/** The number of UTF-16 code units of the data that an error quotes. */
const QUOTED = 80;

/** Parses the data as JSON. An error names the event. */
export function parseJson<T>(data: string, type: string, lastEventId: string): T {
	try {
		return JSON.parse(data);
	} catch (cause) {
		const rest = data.length > QUOTED ? "…" : "";
		const quoted = `${data.slice(0, QUOTED)}${rest}`;
		throw new SyntaxError(`the data of event "${type}" with id "${lastEventId}" is not JSON: "${quoted}"`, { cause });
	}
}
