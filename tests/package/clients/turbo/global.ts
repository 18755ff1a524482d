// Replaces the browser's class with ours. This is a separate module because it has to run before
// Turbo defines its elements, and imports run first.

import { EventSource } from "headwater";

globalThis.EventSource = EventSource;
