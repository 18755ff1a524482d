// Rules of the standard for the object itself: its members and its URL. Most tests also run with
// the browser's own class.

import { eventStream, events, expect, send, type Tools, test } from "./support.ts";

test("the constants are on the class and on its prototype, as in Web IDL", async ({ lab }) => {
	const constants = [0, 1, 2].map((value) => ({ value, writable: false, enumerable: true, configurable: false }));
	await lab.expectBoth(
		({ EventSource }) =>
			[EventSource, EventSource.prototype].flatMap((target) =>
				["CONNECTING", "OPEN", "CLOSED"].map((name) => Object.getOwnPropertyDescriptor(target, name)),
			),
		undefined,
		[...constants, ...constants],
	);
});

test("the class is named EventSource, takes one argument and is an EventTarget", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }) => ({
			name: EventSource.name,
			length: EventSource.length,
			parent: Object.getPrototypeOf(EventSource) === EventTarget,
			tag: Object.prototype.toString.call(EventSource.prototype),
		}),
		undefined,
		{ name: "EventSource", length: 1, parent: true, tag: "[object EventSource]" },
	);
});

test("every member of the standard is defined as in Web IDL, and headwater's additions are the only other members", async ({
	lab,
}) => {
	const additions = [
		"class fromReadableStream",
		...["closed", "lastEventId", "reconnectionTime"].map((name) => `prototype ${name}`),
	];
	const describe = ({ EventSource }: Tools): [string, Record<string, unknown>][] => {
		const of = (value: unknown) =>
			typeof value === "function" ? [value.name, value.length, Object.hasOwn(value, "prototype")] : typeof value;
		return [EventSource, EventSource.prototype].flatMap((target) =>
			Reflect.ownKeys(target).map((key) => {
				const descriptor = Object.getOwnPropertyDescriptor(target, key);
				const members = Object.entries(descriptor ?? {}).map(([member, value]) =>
					typeof value === "boolean" ? [member, value] : [member, of(value)],
				);
				return [`${target === EventSource ? "class" : "prototype"} ${String(key)}`, Object.fromEntries(members)];
			}),
		);
	};
	const [native, ours] = [new Map(await lab.run("native", describe)), new Map(await lab.ours(describe))];
	expect([...ours.keys()].filter((name) => !native.has(name)).sort()).toEqual(additions);
	for (const [name, descriptor] of native) {
		expect(ours.get(name), name).toEqual(descriptor);
	}
	const attribute = (name: string) => ({
		enumerable: true,
		configurable: true,
		get: [`get ${name}`, 0, false],
		set: "undefined",
	});
	for (const name of ["closed", "lastEventId", "reconnectionTime"]) {
		expect(ours.get(`prototype ${name}`), name).toEqual(attribute(name));
	}
	expect(ours.get("class fromReadableStream")).toEqual({
		enumerable: true,
		configurable: true,
		writable: true,
		value: ["fromReadableStream", 1, false],
	});
});

test("an instance has no own properties, and an instance of a subclass has only those of the subclass", async ({
	lab,
}) => {
	await lab.expectBoth(
		({ EventSource }, url) => {
			class Sub extends EventSource {
				field = 1;
			}
			return [EventSource, Sub].map((Class) => {
				const source = new Class(url);
				source.onmessage = () => {};
				source.close();
				return [Reflect.ownKeys(source), String(source), source instanceof EventSource, JSON.stringify(source)];
			});
		},
		lab.url("/silent"),
		[
			[[], "[object EventSource]", true, "{}"],
			[["field"], "[object EventSource]", true, '{"field":1}'],
		],
	);
});

test("members called on another object throw a TypeError", async ({ lab }) => {
	const members = ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"];
	await lab.expectBoth(
		({ EventSource }, members) =>
			[{}, new EventTarget(), EventSource.prototype, Object.create(EventSource.prototype), null].flatMap((other) =>
				members.filter((name) => {
					const { get, set, value } = Object.getOwnPropertyDescriptor(EventSource.prototype, name) ?? {};
					return [get, set, value].some((member) => {
						try {
							member?.call(other, null);
							return Boolean(member);
						} catch (error) {
							return !(error instanceof TypeError);
						}
					});
				}),
			),
		members,
		[],
	);
});

test("the additions throw a TypeError on another object too, or return a rejected promise", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource }) => {
		const names = [];
		for (const name of ["lastEventId", "reconnectionTime", "closed"] as const) {
			try {
				const promise = EventSource.prototype[name];
				names.push(await (promise as Promise<unknown>).catch((error: Error) => `rejected ${error.name}`));
			} catch (error) {
				names.push((error as Error).name);
			}
		}
		return names;
	});
	expect(outcome).toEqual(["TypeError", "TypeError", "rejected TypeError"]);
});

test("arguments are converted as in Web IDL: first the URL, then the dictionary, then the URL is parsed", async ({
	lab,
}) => {
	await lab.expectBoth(
		({ EventSource }) => {
			const nameOf = (url: unknown, init?: unknown) => {
				try {
					const source = new EventSource(url as string, init as EventSourceInit);
					source.close();
					return `${source.url.replace(location.origin, "")} ${source.withCredentials}`;
				} catch (error) {
					return (error as Error).name;
				}
			};
			const throwing = (error: Error) => () => {
				throw error;
			};
			const badInit = Object.defineProperty({}, "withCredentials", { get: throwing(new RangeError()) });
			return [
				[undefined, null, 5, "", { toString: () => "/object" }, "/\ud800"].map((url) => nameOf(url)),
				[Symbol("url"), { toString: throwing(new EvalError()) }].map((url) => nameOf(url, badInit)),
				[undefined, null, {}, () => {}, [], 5, "text", true].map((init) => nameOf("/x", init)),
				nameOf("http://[", badInit),
			];
		},
		undefined,
		[
			["/undefined false", "/null false", "/5 false", "/blank false", "/object false", "/%EF%BF%BD false"],
			["TypeError", "EvalError"],
			["/x false", "/x false", "/x false", "/x false", "/x false", "TypeError", "TypeError", "TypeError"],
			"RangeError",
		],
	);
});

test("the class can only be called with new, and only with a URL", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }) => {
			const Loose = EventSource as unknown as { (url: string): unknown; new (): unknown };
			const nameOf = (make: () => unknown) => {
				try {
					make();
				} catch (error) {
					return (error as Error).name;
				}
				return "nothing";
			};
			return [nameOf(() => Loose("/silent")), nameOf(() => new Loose())];
		},
		undefined,
		["TypeError", "TypeError"],
	);
});

// behavior 1.3
test("url is absolute from the start, and keeps the query and the fragment that the caller gave", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }) => {
			document.head.innerHTML = `<base href="/files/">`;
			return ["x?a=b#c", "/silent", "//localhost:1/y", new URL("z", location.href)].map((given) => {
				const source = new EventSource(given);
				source.close();
				return source.url;
			});
		},
		undefined,
		[`${lab.origin}/files/x?a=b#c`, `${lab.origin}/silent`, "http://localhost:1/y", `${lab.origin}/z`],
	);
});

// behavior 1.6
test("withCredentials has the value that the caller gave, false by default", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, url) =>
			[undefined, null, {}, { withCredentials: true }, { withCredentials: 1 }].map((init) => {
				const source = new EventSource(url, init as EventSourceInit);
				source.close();
				return source.withCredentials;
			}),
		lab.url("/silent"),
		[false, false, false, true, true],
	);
});

test("url, withCredentials and readyState cannot be assigned", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, url) => {
			const source = new EventSource(url);
			source.close();
			return ["url", "withCredentials", "readyState", "OPEN"].filter((name) => Reflect.set(source, name, "x"));
		},
		lab.url("/silent"),
		[],
	);
});

// behavior 3.7
test("readyState is CONNECTING, OPEN at open, CONNECTING at an error that reconnects, CLOSED after close", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const states: number[] = [source.readyState];
			for (const type of ["open", "message", "error"]) {
				await once(source, type);
				states.push(source.readyState);
			}
			source.close();
			return [...states, source.readyState];
		},
		lab.script(eventStream(send(events(1)), "wait=50")),
		[0, 1, 1, 0, 2],
	);
});

// behavior 1.3
test("a URL that cannot be parsed causes a SyntaxError DOMException", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, urls) =>
			urls.map((url) => {
				try {
					new EventSource(url);
				} catch (error) {
					return [error instanceof DOMException, (error as Error).name, (error as DOMException).code];
				}
				return "nothing";
			}),
		["http://", "http://[", "http://a:99999", "//"],
		Array(4).fill([true, "SyntaxError", 12]),
	);
});

test("a space in the host name causes a SyntaxError, and a space elsewhere does not", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, urls) =>
			urls.map((url) => {
				try {
					const source = new EventSource(url);
					source.close();
					return source.url;
				} catch (error) {
					return (error as Error).name;
				}
			}),
		["http://this is invalid/", "http://a%20b/", "http://a b@localhost/a b?a b#a b", "mailto:a b"],
		["SyntaxError", "SyntaxError", "http://a%20b@localhost/a%20b?a%20b#a%20b", "mailto:a b"],
		{
			names: ["space in a host name"],
			native: {
				chromium: [
					"http://this%20is%20invalid/",
					"http://a%20b/",
					"http://a%20b@localhost/a%20b?a%20b#a%20b",
					"mailto:a b",
				],
			},
		},
	);
});

test("in a page with another encoding the query of a URL has that encoding", async ({ lab }) => {
	await lab.open("/script?do=type=text/html;charset=windows-1252|send=page");
	await lab.expectBoth(
		({ EventSource }) =>
			["/x?é日&a=b#é", "y"].map((url) => {
				const source = new EventSource(url);
				source.close();
				return source.url;
			}),
		undefined,
		[`${lab.origin}/x?%E9%26%2326085%3B&a=b#%C3%A9`, `${lab.origin}/y`],
	);
});
