// A page with a SignalR connection. The hook is the option `EventSource` of `withUrl`. In a
// browser, SignalR passes no headers to the class, so a subclass of ours adds them.

import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { EventSource } from "headwater";

class WithHeader extends EventSource {
	constructor(url: string | URL, init?: EventSourceInit) {
		super(url, { ...init, headers: { "x-tenant": "lobby" } });
	}
}

const button = (id: string) => document.getElementById(id) as HTMLButtonElement;
const list = (...values: unknown[]) => {
	const item = Object.assign(document.createElement("li"), { textContent: values.join(" ") });
	document.querySelector("ol")?.append(item);
};

// The options are in a variable, because SignalR's published types lack this option.
const options = {
	EventSource: WithHeader,
	transport: HttpTransportType.ServerSentEvents,
	accessTokenFactory: () => "secret",
};
const connection = new HubConnectionBuilder()
	.withUrl("/hub", options)
	.withAutomaticReconnect([0, 100, 500])
	.configureLogging(LogLevel.None)
	.build();
connection.serverTimeoutInMilliseconds = 3_000;
connection.on("said", (text) => list("said", text));
connection.onreconnecting(() => list("reconnecting"));
connection.onreconnected(() => list("reconnected"));
connection.onclose((error) => list(error ? `closed: ${error}` : "closed"));

button("start").onclick = () =>
	connection.start().then(
		() => list("started"),
		(error) => list(error),
	);
button("add").onclick = async () => list("sum", await connection.invoke("Add", 2, 3));
button("say").onclick = () => connection.send("Say", "grüß 你 🚀\nsecond line");
button("count").onclick = () => {
	const items: number[] = [];
	connection.stream("Count", 300).subscribe({
		next: (item) => items.push(item),
		complete: () =>
			list(
				"counted",
				items.length,
				items.every((item, index) => item === index + 1),
			),
		error: (error) => list(`failed: ${error}`),
	});
};
button("stop").onclick = () => connection.stop();
