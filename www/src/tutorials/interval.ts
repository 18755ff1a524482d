// The page's own `?interval=ms`, which tests use to speed up the server.

/** Appends the page's interval to the path, if there is one. */
export function withInterval(path: string): string {
	const interval = new URLSearchParams(location.search).get("interval");
	return interval === null ? path : `${path}?${new URLSearchParams({ interval })}`;
}
