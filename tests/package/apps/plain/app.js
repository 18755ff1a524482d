import { EventSource } from "headwater";

const server = new URLSearchParams(location.search).get("server");
const output = document.querySelector("output");
const source = new EventSource(`${server}/post-llm?count=3`, {
	json: { prompt: "Hello" },
	until: ({ data }) => data === "[DONE]",
});
source.onmessage = ({ data }) => {
	if (data !== "[DONE]") {
		output.textContent += JSON.parse(data).choices[0].delta.content;
	}
};
source.onerror = ({ message }) => {
	output.textContent += message;
};
source.closed.then(({ reason }) => {
	output.textContent += `(${reason})`;
});
