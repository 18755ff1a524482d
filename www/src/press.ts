// Recognizes single presses of a button: ignores the rest of a double click, a double tap or a held
// key.

/** In milliseconds: most systems treat two clicks within this time as a double click. */
const DOUBLE_CLICK = 500;

// One timer for each button. If a button appears again, its new timer replaces the old one.
const settling = new WeakMap<HTMLButtonElement, ReturnType<typeof setTimeout>>();

/**
 * Calls `press` for each press of the button. In a quick series of clicks, the second and the third
 * are ignored, because they belong to the first. The fourth is treated as deliberate.
 */
export function onPress(button: HTMLButtonElement, press: () => void): void {
	button.addEventListener("click", (event) => {
		// For keys and assistive technology, `detail` is 0. They do not press a button by accident.
		const early = settling.has(button) && event.detail > 0;
		if (early || event.detail === 2 || event.detail === 3) event.preventDefault();
		else press();
	});
}

/**
 * Makes a button that has just appeared under the pointer ignore clicks for the time of a double
 * click, because a click can be meant for the button that was there before.
 */
export function settle(button: HTMLButtonElement): void {
	clearTimeout(settling.get(button));
	button.setAttribute("aria-disabled", "true");
	const timer = setTimeout(() => {
		settling.delete(button);
		button.removeAttribute("aria-disabled");
	}, DOUBLE_CLICK);
	settling.set(button, timer);
}

/**
 * Makes sure that holding Enter down presses a button only once, even if the focus moves meanwhile.
 */
export function pressOncePerKey(): void {
	document.addEventListener("keydown", (event) => {
		const onButton = event.target instanceof HTMLButtonElement;
		if (event.repeat && event.key === "Enter" && onButton) event.preventDefault();
	});
}
