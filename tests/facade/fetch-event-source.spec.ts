// Owns the rules of `fetchEventSource()`: which callback is called when and with what, what its throwing means, and how the
// promise settles. All of it [non-spec].

import { eventStream, expect, send, test } from "./support.ts";

const ABC = eventStream(send("id: 1\ndata: a\n\nevent: t\ndata: b\n\nid: 2\n\ndata: c\n\n"));

test("each message is an object of id, event and data, and the promise is fulfilled at a clean end of a POST", async ({
	lab,
}) => {
	const told = await lab.ours(async ({ fetchEventSource }, url) => {
		const told: unknown[] = [];
		await fetchEventSource(url, {
			method: "POST",
			onopen: ({ status, bodyUsed }) => void told.push([status, bodyUsed]),
			onmessage: (message) => void told.push(message),
			onclose: () => void told.push("close"),
			onerror: () => void told.push("error"),
		});
		return told;
	}, lab.script(ABC));
	expect(told).toEqual([
		[200, false],
		{ id: "1", event: "", data: "a", retry: undefined },
		{ id: "1", event: "t", data: "b", retry: undefined },
		{ id: "2", event: "", data: "c", retry: undefined },
		"close",
	]);
	expect(await lab.requests()).toHaveLength(1);
});

test("what onmessage throws goes to onerror, whose number is how long to wait for the next attempt of a POST", async ({
	lab,
}) => {
	const told = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: unknown[] = [];
			await fetchEventSource(url, {
				method: "POST",
				onmessage({ data }) {
					told.push(data);
					if (data === "b" && told.length < 4) {
						throw "mine";
					}
				},
				onerror: (error) => {
					told.push(error);
					return 1;
				},
			});
			return told;
		},
		lab.script(ABC, ABC),
	);
	expect(told).toEqual(["a", "b", "mine", "a", "b", "c"]);
	expect(await lab.requests()).toHaveLength(2);
});
