// Tutorial 2: subscribes to one stream per user, from another origin, and pushes to it.

import { EventSource } from "headwater";
import { part } from "../dom.ts";
import { Log } from "./log.ts";

const user = part<HTMLInputElement>("t2-user");
const connect = part<HTMLButtonElement>("t2-connect");
const disconnect = part<HTMLButtonElement>("t2-disconnect");
const log = new Log(part("t2-log"));
const pushUser = part<HTMLInputElement>("t2-push-user");
const pushText = part<HTMLInputElement>("t2-push-text");
const pushResult = part("t2-push-result");
const stats = part("t2-stats");

let source: EventSource | undefined;

part("t2-form").addEventListener("submit", (event) => {
	event.preventDefault();
	const userId = user.value.trim();
	if (userId && !source) subscribe(userId);
});
disconnect.addEventListener("click", () => {
	source?.close();
	log.add("Disconnected.");
});
part("t2-push-form").addEventListener("submit", async (event) => {
	event.preventDefault();
	pushResult.textContent = await push(pushUser.value.trim(), pushText.value);
	showStats();
});
showStats();

function subscribe(userId: string): void {
	// Each subscription by the user is one session. Reconnections keep the session, and a new click
	// starts another.
	const query = new URLSearchParams({ userId, session: crypto.randomUUID() });
	const opened = new EventSource(`//${otherHost()}/message/sse/subscribe?${query}`);
	source = opened;
	connect.disabled = true;
	disconnect.disabled = false;
	pushUser.value ||= userId;

	opened.addEventListener("open", () => {
		log.add("Connection open ...");
		showStats();
	});
	opened.addEventListener("error", () => log.add("Connection close."));
	opened.addEventListener("connecttime", (event) => log.add(`Start time: ${event.data}`));
	opened.addEventListener("message", (event) => log.add(`message event: ${event.data}`));
	opened.addEventListener("evicted", (event) => {
		// Reconnecting right away would only evict another user.
		opened.close();
		log.add(`Evicted by the server: ${messageOf(event.data)} Not reconnecting.`);
	});
	opened.closed.then(() => {
		source = undefined;
		connect.disabled = false;
		disconnect.disabled = true;
		showStats();
	});
}

/** Returns the member `message` of JSON, or the data itself if it is anything else. */
function messageOf(data: string): string {
	try {
		return JSON.parse(data).message ?? data;
	} catch {
		return data;
	}
}

/** Returns this server's host under its other name, which makes it another origin. */
function otherHost(): string {
	const swapped: Record<string, string> = { localhost: "127.0.0.1", "127.0.0.1": "localhost" };
	return location.host.replace(location.hostname, swapped[location.hostname] ?? location.hostname);
}

async function push(userId: string, text: string): Promise<string> {
	try {
		const response = await fetch(`/message/sse/push?${new URLSearchParams({ userId })}`, {
			method: "POST",
			headers: { "content-type": "text/plain; charset=utf-8" },
			body: text,
		});
		if (!response.ok) return `The server refused the push (${response.status}).`;
		const { delivered } = (await response.json()) as { delivered: boolean };
		return delivered ? `Delivered to ${userId}.` : `${userId} is not connected.`;
	} catch {
		return "The server could not be reached.";
	}
}

async function showStats(): Promise<void> {
	try {
		const response = await fetch("/message/sse/stats");
		const { open, max, evicted } = (await response.json()) as Record<string, number>;
		stats.textContent = `${open} of ${max} places taken, ${evicted} evicted so far`;
	} catch {
		stats.textContent = "unknown";
	}
}
