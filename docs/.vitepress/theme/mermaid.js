// Draws a diagram of a page. The library is loaded only by pages with a diagram.

import { useData } from "vitepress";
import { defineComponent, h, onMounted, ref, watch } from "vue";

let drawn = 0;

export default defineComponent({
	props: { code: { type: String, required: true } },
	setup(props) {
		const { isDark } = useData();
		const svg = ref("");
		async function draw() {
			const { default: mermaid } = await import("mermaid");
			// At their own size, diagrams are readable. The page scrolls them.
			const size = { useMaxWidth: false };
			const theme = isDark.value ? "dark" : "default";
			mermaid.initialize({ startOnLoad: false, theme, flowchart: size, sequence: size });
			drawn += 1;
			svg.value = (await mermaid.render(`diagram-${drawn}`, props.code)).svg;
		}
		onMounted(draw);
		watch(isDark, draw);
		// Without JavaScript, the page has the source of the diagram.
		return () =>
			svg.value
				? h("div", { class: "diagram", tabindex: 0, innerHTML: svg.value })
				: h("pre", { class: "diagram" }, props.code);
	},
});
