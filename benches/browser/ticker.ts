// Owns a worker that says every few milliseconds what time it is.

setInterval(() => postMessage(performance.timeOrigin + performance.now()), 5);
