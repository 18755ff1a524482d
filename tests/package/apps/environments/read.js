// The checks for every environment: each form reads a GET and a POST. All handlers together take so
// long that a source has to pause while it fires the events.

/** The number of events in a stream, and the time that a handler takes, in milliseconds. */
const COUNT = 30;
const SLOW = 2;

/** The function is saved, because a test may install a fake clock that does not advance. */
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

/** Reads with each form. Returns a text for each form that did not get every event. */
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

/** Returns the error of each form, or "" for a form that works. */
export async function refusals({ EventSource, events, fetchEventSource }, url) {
	const make = [() => new EventSource(url), () => events(url), () => fetchEventSource(url)];
	return Promise.all(make.map(async (make) => make()).map((made) => made.then(() => "", String)));
}
