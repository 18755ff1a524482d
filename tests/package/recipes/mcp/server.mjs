// An MCP server with one tool, over the SDK's SSE transport, for pages of any origin. It exits when
// its standard input ends.

import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { z } from "zod";

const transports = new Map();

const server = createServer(async (request, response) => {
	response.setHeader("access-control-allow-origin", "*");
	response.setHeader("access-control-allow-headers", request.headers["access-control-request-headers"] ?? "");
	const url = new URL(request.url, "http://localhost");
	if (request.method === "OPTIONS") {
		response.writeHead(204).end();
	} else if (request.method === "GET" && url.pathname === "/sse") {
		const transport = new SSEServerTransport("/messages", response);
		transports.set(transport.sessionId, transport);
		const mcp = new McpServer({ name: "adder", version: "1.0.0" });
		mcp.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
			content: [{ type: "text", text: `${a} + ${b} = ${a + b}` }],
		}));
		await mcp.connect(transport);
		transport.onclose = () => transports.delete(transport.sessionId);
	} else if (request.method === "POST" && url.pathname === "/messages") {
		await transports.get(url.searchParams.get("sessionId")).handlePostMessage(request, response);
	} else if (url.pathname === "/sessions") {
		response.end(String(transports.size));
	} else {
		response.writeHead(403).end("not for you");
	}
});

server.listen(0, "127.0.0.1", () => console.log(`on http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit());
