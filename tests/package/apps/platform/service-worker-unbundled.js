// The classic service worker, as esbuild is given it.

import { EventSource } from "headwater";
import { answerClients } from "./answer.js";

answerClients(EventSource);
