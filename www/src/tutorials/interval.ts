// Reads `?interval=ms` from the page's URL. Tests use it to speed up the server.

/** Appends the interval to the path, if the page's URL contains one. */
export function withInterval(path: string): string {
	const interval = new URLSearchParams(location.search).get("interval");
	return interval === null ? path : `${path}?${new URLSearchParams({ interval })}`;
}
