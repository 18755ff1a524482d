import DefaultTheme from "vitepress/theme";
import Mermaid from "./mermaid.js";
import "./style.css";

export default {
	extends: DefaultTheme,
	enhanceApp: ({ app }) => app.component("Mermaid", Mermaid),
};
