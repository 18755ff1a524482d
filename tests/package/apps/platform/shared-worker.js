import { ask } from "./ask.js";
import { EventSource } from "./node_modules/headwater/dist/index.js";

self.onconnect = ({ ports: [port] }) => {
	port.onmessage = ({ data }) => ask(EventSource, data, (text) => port.postMessage(text));
};
