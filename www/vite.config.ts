// Builds the pages into www/dist.

import { defineConfig } from "vite";

const here = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

export default defineConfig({
	root: here("."),
	base: "./",
	build: {
		outDir: here("dist"),
		emptyOutDir: true,
		target: "es2022",
		// The security policy of the pages allows no inline scripts, and `data:` URLs only for
		// images.
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		rolldownOptions: {
			input: [
				here("index.html"),
				here("tutorials/spring.html"),
				here("tutorials/subscribe.html"),
				here("tutorials/clock.html"),
			],
		},
	},
});
