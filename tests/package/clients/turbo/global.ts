// Owns the replacement of the browser's class by ours. A module of its own, since it has to run before Turbo defines its
// elements, and imports come first.

import { EventSource } from "headwater";

globalThis.EventSource = EventSource;
