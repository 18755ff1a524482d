// Owns the screen of browsers that cannot do without one: WebKitGTK's has no headless mode.

import { Problem, serve } from "./process.mjs";
import { tied } from "./tied.mjs";

/** Silent, since it takes the first number that is free and complains of each that is not. */
const XVFB = "exec Xvfb -displayfd 1 -nolisten tcp 2>/dev/null";

/** Starts a display that nobody sees. Its name is what `DISPLAY` has to be for its clients. */
export async function startDisplay() {
	const { program, args } = tied("sh", "-c", XVFB);
	const { found, stop } = await serve(program, args, /^(\d+)\n/).catch(() => {
		throw new Problem("Xvfb could not be started.");
	});
	return { name: `:${found}`, stop };
}
