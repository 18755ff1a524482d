// Owns what is asked in every environment: each form reads a GET and a POST, with handlers that
// together take longer than a source fires events without a pause.

/** How many events a stream has, and how long a handler takes, in milliseconds. */
const COUNT = 30;
const SLOW = 2;

/** A test may put a clock that stands still in its place. */
const { now } = Date;

function handle(message, told) {
	for (const end = now() + SLOW; now() < end; );
	told.push(message.data);
}

const isLast = ({ data }) => data.endsWith(` ${COUNT}`);

function toldBy(source, close) {
	const told = [];
	source.onopen = () => told.push("open");
	source.onmessage = (message) => {
		handle(message, told);
		if (close && isLast(message)) {
			source.close();
		}
	};
	source.onerror = ({ reason, message }) => {
		told.push(`${reason}: ${message}`);
		source.close();
	};
	return source.closed.then(() => told);
}

const FORMS = {
	EventSource: ({ EventSource }, url, init) => toldBy(new EventSource(url, { ...init, until: isLast })),
	async fromReadableStream({ EventSource }, url, init) {
		const { body } = await fetch(url, init);
		return toldBy(EventSource.fromReadableStream(body), true);
	},
	async events({ events }, url, init) {
		const told = ["open"];
		for await (const message of events(url, { ...init, until: isLast })) {
			handle(message, told);
		}
		return told;
	},
	async fetchEventSource({ fetchEventSource }, url, init) {
		const told = ["open"];
		const onerror = (error) => {
			throw error;
		};
		await fetchEventSource(url, { ...init, until: isLast, onmessage: (message) => handle(message, told), onerror });
		return told;
	},
};

/** Asks in each way; answers with what went wrong: nothing, if all is well. */
export async function wrong(headwater, url) {
	const found = [];
	for (const [form, read] of Object.entries(FORMS)) {
		for (const init of [{ method: "GET" }, { method: "POST", body: "question" }]) {
			const asked = `${init.method} ${init.body ?? ""}`;
			const expected = ["open", ...Array.from({ length: COUNT }, (_, index) => `${asked} ${index + 1}`)];
			const told = await read(headwater, url, init).catch((error) => [`${error}`]);
			if (`${told}` !== `${expected}`) {
				found.push(`${form} by ${init.method}: ${told}`);
			}
		}
	}
	return found;
}

/** What each form says where it cannot be used. */
export async function refusals({ EventSource, events, fetchEventSource }, url) {
	const make = [() => new EventSource(url), () => events(url), () => fetchEventSource(url)];
	return Promise.all(make.map(async (make) => make()).map((made) => made.then(() => "", String)));
}
