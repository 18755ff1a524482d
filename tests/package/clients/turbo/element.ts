// Owns a page with a `<turbo-stream-source>`. The hook: it constructs the global `EventSource`.

import "./global.ts";
import "@hotwired/turbo";
