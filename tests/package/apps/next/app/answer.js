// The component of the pages of both entries. It does the same as apps/plain/app.js.

import { useEffect, useState } from "react";

export function Answer({ EventSource }) {
	const [text, setText] = useState("");
	useEffect(() => {
		const server = new URLSearchParams(location.search).get("server");
		const show = (more) => setText((text) => text + more);
		const source = new EventSource(`${server}/post-llm?count=3`, {
			json: { prompt: "Hello" },
			until: ({ data }) => data === "[DONE]",
		});
		source.onmessage = ({ data }) => {
			if (data !== "[DONE]") {
				show(JSON.parse(data).choices[0].delta.content);
			}
		};
		source.onerror = ({ message }) => show(message);
		source.closed.then(({ reason }) => show(`(${reason})`));
		return () => source.close();
	}, [EventSource]);
	return <output>{text}</output>;
}
