import { ask } from "./ask.js";
import { EventSource } from "./node_modules/headwater/dist/index.js";

self.onmessage = ({ data }) => ask(EventSource, data, postMessage);
