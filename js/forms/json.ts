// Owns the reading of an event's data as JSON, and its error. Knows nothing of events.

/** How much of data that is no JSON an error quotes, in UTF-16 code units. */
const QUOTED = 80;

/** The data as JSON; what is wrong with it is told with what it takes to find the event. */
export function parseJson<T>(data: string, type: string, lastEventId: string): T {
	try {
		return JSON.parse(data);
	} catch (cause) {
		const rest = data.length > QUOTED ? "…" : "";
		const quoted = `${data.slice(0, QUOTED)}${rest}`;
		throw new SyntaxError(`the data of event "${type}" with id "${lastEventId}" is not JSON: "${quoted}"`, { cause });
	}
}
