// Owns a worker that says every few milliseconds what time it is. Knows nothing of who listens.

setInterval(() => postMessage(performance.timeOrigin + performance.now()), 5);
