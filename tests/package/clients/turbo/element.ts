// A page with a `<turbo-stream-source>`. The hook is the global `EventSource`, which it constructs.

import "./global.ts";
import "@hotwired/turbo";
