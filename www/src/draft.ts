// Keeps the text in the box over a reload of the page, for this tab only.

const NAME = "headwater-draft";

/** Returns the text that was stored before a reload. */
export function storedDraft(): string {
	try {
		return sessionStorage.getItem(NAME) ?? "";
	} catch {
		// A browser without storage for this page asks before it leaves a draft behind.
		return "";
	}
}

/** Stores the text. If the browser has no room for it, it will ask before it reloads the page. */
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
