import { EventSource as Inlined } from "headwater";
import * as slim from "headwater/slim";
import module_or_path from "./node_modules/headwater/dist/headwater.wasm";
import { wrong } from "./read.js";

export default {
	async fetch(request, { SERVER }) {
		if (new URL(request.url).pathname === "/inlined") {
			const source = new Inlined(SERVER);
			const told = [];
			source.onerror = ({ message }) => told.push(message);
			const { reason } = await source.closed;
			return Response.json([...told, reason]);
		}
		await slim.init({ module_or_path });
		return Response.json(await wrong(slim, SERVER));
	},
};
