// Draws a diagram of a page. The library is loaded only by pages with a diagram.

import { useData } from "vitepress";
import { defineComponent, h, onMounted, ref, watch } from "vue";

let drawn = 0;

export default defineComponent({
	props: { code: { type: String, required: true } },
	setup(props) {
		const { isDark } = useData();
		const svg = ref("");
		const large = ref(false);
		async function draw() {
			const { default: mermaid } = await import("mermaid");
			// Mermaid measures texts.
			await document.fonts.ready;
			// The style sheet sets the size.
			const size = { useMaxWidth: false };
			mermaid.initialize({
				startOnLoad: false,
				theme: isDark.value ? "dark" : "default",
				themeCSS: ".cluster rect { fill: var(--vp-c-bg-soft); stroke: var(--vp-c-divider); }",
				fontFamily: getComputedStyle(document.body).fontFamily,
				flowchart: size,
				sequence: size,
			});
			drawn += 1;
			svg.value = (await mermaid.render(`diagram-${drawn}`, props.code)).svg;
		}
		onMounted(draw);
		watch(isDark, draw);
		const toggle = () => {
			large.value = !large.value;
		};
		// Without JavaScript, the page has the source of the diagram.
		return () =>
			svg.value
				? h("figure", { class: ["diagram", { large: large.value }] }, [
						h("div", { tabindex: 0, innerHTML: svg.value }),
						h("button", { type: "button", onClick: toggle }, large.value ? "Fit to the page" : "Show in full size"),
					])
				: h("pre", { class: "diagram" }, props.code);
	},
});
