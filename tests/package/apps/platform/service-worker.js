import { answerClients } from "./answer.js";
import { EventSource } from "./node_modules/headwater/dist/index.js";

answerClients(EventSource);
