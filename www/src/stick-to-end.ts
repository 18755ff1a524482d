// Owns where a scrolling element stands while its content grows.

// Fractional scroll positions, at zoom or on dense screens, end up to a pixel short of the end.
const NEAR = 2;

/** Keeps the end in view for as long as the reader is there, and leaves the reader alone elsewhere. */
export class StickToEnd {
	readonly #scroller: HTMLElement;
	readonly #onchange: (atEnd: boolean) => void;
	#atEnd = true;
	// Where the element stood, and could at most have stood, when last looked at.
	#top = 0;
	#end = 0;

	/** `content` is what grows inside `scroller`; `onchange` is told when the reader leaves the end or comes back. */
	constructor(scroller: HTMLElement, content: HTMLElement, onchange: (atEnd: boolean) => void) {
		this.#scroller = scroller;
		this.#onchange = onchange;
		scroller.addEventListener("scroll", () => this.#look(), { passive: true });
		// Known before the first step of a smooth scroll, which going on to the end would undo.
		scroller.addEventListener(
			"wheel",
			({ deltaY }) => {
				if (deltaY < 0 && scroller.scrollTop > 0) this.#set(false);
			},
			{ passive: true },
		);
		const observer = new ResizeObserver(() => this.follow());
		observer.observe(content);
		observer.observe(scroller);
	}

	/** Goes to the end and stays there. */
	jump(): void {
		this.#scroller.scrollTop = this.#scroller.scrollHeight;
		this.#look();
	}

	/**
	 * Goes on to the end if the reader is there. Growth is noticed by itself; to be called when content was taken away,
	 * which moves the view up as if the reader had scrolled.
	 */
	follow(): void {
		if (this.#atEnd) this.jump();
		else this.#look();
	}

	#look(): void {
		const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
		const end = scrollHeight - clientHeight;
		// The end running away from under the reader is no scrolling; nor is being moved up because there is less to scroll.
		if (scrollTop < this.#top && end >= this.#end) this.#set(false);
		else if (end - scrollTop <= NEAR) this.#set(true);
		this.#top = scrollTop;
		this.#end = end;
	}

	#set(atEnd: boolean): void {
		if (this.#atEnd === atEnd) return;
		this.#atEnd = atEnd;
		this.#onchange(atEnd);
	}
}
