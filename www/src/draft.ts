// Keeps the text in the box when the page is reloaded, for this tab only.

const NAME = "headwater-draft";

/** Returns the text that was stored before a reload. */
export function storedDraft(): string {
	try {
		return sessionStorage.getItem(NAME) ?? "";
	} catch {
		// Without storage, the page asks for confirmation before a draft is lost (`storeDraft`).
		return "";
	}
}

/**
 * Stores the text. If that fails, the browser asks the user for confirmation before it leaves the
 * page.
 */
export function storeDraft(text: string): void {
	if (store(text)) removeEventListener("beforeunload", askFirst);
	else addEventListener("beforeunload", askFirst);
}

function store(text: string): boolean {
	try {
		sessionStorage.setItem(NAME, text);
		return true;
	} catch {
		return text === "";
	}
}

function askFirst(event: BeforeUnloadEvent): void {
	event.preventDefault();
}
