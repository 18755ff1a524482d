// Owns the page's own `?interval=ms`, which tests use to hurry the server.

/** The path with the page's interval, if it has one. */
export function withInterval(path: string): string {
	const interval = new URLSearchParams(location.search).get("interval");
	return interval === null ? path : `${path}?${new URLSearchParams({ interval })}`;
}
