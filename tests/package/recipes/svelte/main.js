// A page that shows the component of the recipe twice, each with a button to hide it.

import { mount, unmount } from "svelte";
import News from "./News.svelte";

for (const side of ["Left", "Right"]) {
	const target = document.querySelector("main").appendChild(document.createElement("section"));
	let component = mount(News, { target });
	const button = document.body.appendChild(document.createElement("button"));
	button.textContent = side;
	button.onclick = () => {
		component = component ? void unmount(component) : mount(News, { target });
	};
}
