// A page that connects its own source to Turbo. The hook is `Turbo.connectStreamSource`, which
// takes any object that fires `message`.

import { connectStreamSource, disconnectStreamSource } from "@hotwired/turbo";
import { EventSource } from "headwater";

const source = new EventSource("/feed", { headers: { "x-tenant": "lobby" } });
connectStreamSource(source);

document.querySelector("button")?.addEventListener("click", () => {
	disconnectStreamSource(source);
	source.close();
});
