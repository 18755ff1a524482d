// Runs in the measured page.

/** Starts to record the times of frames and of long tasks. */
export function watchFrames() {
	const frames = [];
	const tasks = [];
	const started = performance.now();
	let last = started;
	let running = true;
	const frame = () => {
		const now = performance.now();
		frames.push(now - last);
		last = now;
		if (running) requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
	const observer = new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) tasks.push(duration);
	});
	observer.observe({ type: "longtask" });
	globalThis.watched = {
		stop() {
			running = false;
			for (const { duration } of observer.takeRecords()) tasks.push(duration);
			const sorted = frames.toSorted((a, b) => a - b);
			return {
				seconds: (performance.now() - started) / 1000,
				p50: sorted[Math.floor(sorted.length * 0.5)],
				p95: sorted[Math.floor(sorted.length * 0.95)],
				tasksOver50: tasks.length,
				longestTask: Math.max(0, ...tasks),
			};
		},
	};
}
