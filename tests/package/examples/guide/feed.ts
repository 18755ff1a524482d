// Shows a feed, in the pages that the server of docs/guide/csp-and-cors.md sends and allows.

import { EventSource } from "headwater";

const source = new EventSource(new URLSearchParams(location.search).get("feed") ?? "/feed");
source.onmessage = ({ data }) => {
	document.body.append(`${data} `);
	if (data === "event 2") source.close();
};
source.closed.then(({ reason }) => console.log(reason));
