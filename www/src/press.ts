// Tells a press of a button from the rest of a double click, a double tap or a held key.

/** Most systems take two clicks within this time, in milliseconds, for a double click. */
const DOUBLE_CLICK = 500;

// Stored by button, so that a second appearance replaces the timer of the first.
const settling = new WeakMap<HTMLButtonElement, ReturnType<typeof setTimeout>>();

/**
 * Calls `press` for each press of the button. The second and third click of a quick series belong
 * to the first; the fourth is from somebody who means it.
 */
export function onPress(button: HTMLButtonElement, press: () => void): void {
	button.addEventListener("click", (event) => {
		// Keys and assistive technology click with detail 0, and cannot hit a button by accident.
		const early = settling.has(button) && event.detail > 0;
		if (early || event.detail === 2 || event.detail === 3) event.preventDefault();
		else press();
	});
}

/**
 * Lets a button that appears under the pointer ignore it for the time of a double click. Its click
 * may be meant for the button that was there before.
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

/** Lets a button be pressed once while Enter is held down, also if the focus moves meanwhile. */
export function pressOncePerKey(): void {
	document.addEventListener("keydown", (event) => {
		const onButton = event.target instanceof HTMLButtonElement;
		if (event.repeat && event.key === "Enter" && onButton) event.preventDefault();
	});
}
