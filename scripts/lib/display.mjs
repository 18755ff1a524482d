// Starts an X display for WebKitGTK, which has no headless mode.

import { Problem, serve } from "./process.mjs";
import { tied } from "./tied.mjs";

/** Silent, because Xvfb prints an error for each number that is in use before it finds a free one. */
const XVFB = "exec Xvfb -displayfd 1 -nolisten tcp 2>/dev/null";

/** Starts a virtual display. Its name is the value of `DISPLAY` for its clients. */
export async function startDisplay() {
	const { program, args } = tied("sh", "-c", XVFB);
	const { found, stop } = await serve(program, args, /^(\d+)\n/).catch(() => {
		throw new Problem("Xvfb could not be started.");
	});
	return { name: `:${found}`, stop };
}
