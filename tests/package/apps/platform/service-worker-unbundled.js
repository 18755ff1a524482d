// The source of the classic service worker, which esbuild bundles.

import { EventSource } from "headwater";
import { answerClients } from "./answer.js";

answerClients(EventSource);
