// Controls the scroll position of an element while its content grows.

// In pixels. With zoom or on dense screens, scroll positions are fractions, and the last position
// can be up to a pixel before the end.
const NEAR = 2;

/** Keeps the end in view while the reader is at the end, and does not scroll otherwise. */
export class StickToEnd {
	readonly #scroller: HTMLElement;
	readonly #onchange: (atEnd: boolean) => void;
	#atEnd = true;
	// The scroll position and its maximum when they were last read.
	#top = 0;
	#end = 0;

	/**
	 * `content` grows inside `scroller`. `onchange` is called when the reader leaves the end or
	 * comes back to it.
	 */
	constructor(scroller: HTMLElement, content: HTMLElement, onchange: (atEnd: boolean) => void) {
		this.#scroller = scroller;
		this.#onchange = onchange;
		scroller.addEventListener("scroll", () => this.#look(), { passive: true });
		// The wheel event fires before the first step of a smooth scroll. A jump to the end would
		// undo that step.
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

	/** Scrolls to the end and stays there. */
	jump(): void {
		this.#scroller.scrollTop = this.#scroller.scrollHeight;
		this.#look();
	}

	/**
	 * Scrolls to the end if the reader was there. Growth is detected automatically. Call this after
	 * content was removed, because the removal moves the view up as if the reader had scrolled.
	 */
	follow(): void {
		if (this.#atEnd) this.jump();
		else this.#look();
	}

	#look(): void {
		const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
		const end = scrollHeight - clientHeight;
		// The reader has not scrolled if the content has grown, or if the view has moved up because
		// there is less content.
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
