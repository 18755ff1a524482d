import { server, tell } from "./output.js";

const worker = new Worker("dedicated-worker.js", { type: "module" });
worker.onmessage = ({ data }) => tell(data);
worker.postMessage(server);
