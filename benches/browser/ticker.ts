// A worker that posts the time every five milliseconds.

setInterval(() => postMessage(performance.timeOrigin + performance.now()), 5);
