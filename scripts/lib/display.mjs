// Starts an X display for WebKitGTK, which has no headless mode.

import { Problem, serve } from "./process.mjs";
import { tied } from "./tied.mjs";

/**
 * Errors are discarded, because Xvfb prints one for each display number that is in use until it
 * finds a free one.
 */
const XVFB = "exec Xvfb -displayfd 1 -nolisten tcp 2>/dev/null";

/**
 * Starts a virtual display. Programs find it by the returned name, which has to be the value of
 * `DISPLAY`.
 */
export async function startDisplay() {
	const { program, args } = tied("sh", "-c", XVFB);
	const { found, stop } = await serve(program, args, /^(\d+)\n/).catch(() => {
		throw new Problem("Xvfb could not be started.");
	});
	return { name: `:${found}`, stop };
}
