// A page that uses the hooks in StrictMode: a chat, and components that read a GET and a POST while
// they are mounted.

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { Chat } from "./chat";
import { Feed } from "./feed";
import { useEventSource } from "./use-event-source";

function Greeting({ prompt }: { prompt: string }) {
	const [text, setText] = useState("");
	const init = { json: { prompt }, onMessage: ({ data }: MessageEvent<string>) => setText((text) => text + data) };
	const state = useEventSource("/greeting", init);
	return (
		<p id="greeting">
			{text} ({state})
		</p>
	);
}

function Page() {
	const [shown, setShown] = useState(true);
	const [prompt, setPrompt] = useState("morning");
	return (
		<>
			<button type="button" onClick={() => setShown(!shown)}>
				{shown ? "Hide" : "Show"}
			</button>
			<button type="button" onClick={() => setPrompt("evening")}>
				Evening
			</button>
			{shown && (
				<>
					<Feed url="/feed" />
					<Greeting prompt={prompt} />
					<Chat url="/chat" />
				</>
			)}
		</>
	);
}

createRoot(document.querySelector("main") as HTMLElement).render(
	<StrictMode>
		<Page />
	</StrictMode>,
);
