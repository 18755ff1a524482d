// Puts the chat page together.

import { Chat } from "./chat.ts";
import { Composer } from "./composer.ts";
import { ConnectingHint } from "./connecting-hint.ts";
import { ConnectionState } from "./connection-state.ts";
import { Conversation } from "./conversation.ts";
import { part } from "./dom.ts";
import { loadModel } from "./model.ts";
import { pressOncePerKey } from "./press.ts";

const status = part("status");
const numbers = part("numbers");

const conversation = new Conversation(() => {
	chat.retry();
	composer.focus();
});
const chat = new Chat(conversation, new ConnectionState(part("state"), new ConnectingHint(part("hint"))), {
	running(running) {
		composer.running = running;
	},
	measured(text) {
		numbers.textContent = text;
	},
	announce(text) {
		status.textContent = text;
	},
	giveBack: (question) => composer.giveBack(question),
});
const composer = new Composer({
	send: (question, pace) => chat.ask(question, pace),
	stop: () => chat.stop(),
});

pressOncePerKey();
part("new-chat").addEventListener("click", () => {
	chat.clear();
	composer.focus();
});
part("suggestions").addEventListener("click", (event) => {
	const chip = event.target instanceof Element && event.target.closest("button");
	if (!chip) return;
	composer.focus();
	composer.ask(chip.textContent ?? "");
});

composer.focus();

const model = await loadModel();
part("model").textContent = model?.model ?? "model unknown";
if (model?.embedded) composer.showPace();
