// Runs work of the page in slices: a few milliseconds in each animation frame.

/** The time that all slices of one frame together may take, in milliseconds. */
const SLICE = 8;

// In milliseconds. A tab in the background has no animation frames, so a timer runs the next slice.
const WITHOUT_FRAMES = 250;

/** A piece of work. Each `next()` does one small step, of at most a few milliseconds. */
export type Work = Generator<void, void>;

const jobs: Work[] = [];
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Does this work in the next frames. All scheduled work takes turns. */
export function schedule(work: Work): void {
	jobs.push(work);
	request();
}

/** Schedules this work. The promise is fulfilled when it is done. */
export function scheduled(work: Work): Promise<void> {
	return new Promise((resolve, reject) => {
		schedule(
			(function* () {
				try {
					yield* work;
					resolve();
				} catch (error) {
					reject(error);
				}
			})(),
		);
	});
}

function request(): void {
	if (timer !== undefined) return;
	frame = requestAnimationFrame(run);
	timer = setTimeout(run, WITHOUT_FRAMES);
}

function run(): void {
	cancelAnimationFrame(frame);
	clearTimeout(timer);
	timer = undefined;
	const end = performance.now() + SLICE;
	do {
		const work = jobs.shift();
		try {
			if (work && !work.next().done) jobs.push(work);
		} catch (error) {
			// An error in one piece of work does not stop the others.
			reportError(error);
		}
	} while (jobs.length > 0 && performance.now() < end);
	if (jobs.length > 0) request();
}
