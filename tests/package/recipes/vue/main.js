// A page that shows the component of the recipe, with a button to hide it.

import { createApp, h, ref } from "vue";
import Chat from "./Chat.vue";

const shown = ref(true);

createApp(() => [
	h("button", { onClick: () => (shown.value = !shown.value) }, shown.value ? "Hide" : "Show"),
	shown.value && h(Chat, { url: "/chat" }),
]).mount("main");
