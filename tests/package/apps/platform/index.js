import { ask } from "./ask.js";
import { EventSource } from "./node_modules/headwater/dist/index.js";
import { server, tell } from "./output.js";

ask(EventSource, server, tell);
