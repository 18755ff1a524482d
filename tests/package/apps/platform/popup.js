import { server, tell } from "./output.js";

const port = chrome.runtime.connect();
port.onMessage.addListener(tell);
port.postMessage(server);
