import { server, tell } from "./output.js";

const { port } = new SharedWorker("shared-worker.js", { type: "module" });
port.onmessage = ({ data }) => tell(data);
port.postMessage(server);
