// Received and typed text never becomes HTML. Even if it did, the page's policy would not let its
// scripts run.

import type { Page } from "@playwright/test";
import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";
import { FORBIDDEN, watchForbidden } from "./forbidden.ts";

/** Watches the messages for dangerous elements and attributes. */
async function watchMessages(page: Page): Promise<() => Promise<string[]>> {
	await page.evaluate(watchForbidden, ['[data-testid="messages"]', FORBIDDEN] as const);
	return () => page.evaluate(() => [...(globalThis as unknown as { found: Set<string> }).found]);
}

/** Returns whether any of the attacks has run. */
const injected = (page: Page) => page.evaluate(() => "__injected" in globalThis || "attacked" in globalThis);

test("a model's answer that attacks the page never creates a script, frame, image, handler or dangerous link", async ({
	page,
	chat: server,
}) => {
	let dialogs = 0;
	page.on("dialog", (dialog) => {
		dialogs += 1;
		return dialog.dismiss();
	});
	const foreign: string[] = [];
	page.on("request", (request) => {
		if (!request.url().startsWith(server.origin)) foreign.push(request.url());
	});
	const chat = await ChatPage.open(page, server.origin);
	const found = await watchMessages(page);
	await chat.ask("inject");
	await chat.readAnswer(0);
	const answer = chat.answers.first();

	expect(await found()).toEqual([]);
	expect(await injected(page)).toBe(false);
	expect(dialogs).toBe(0);
	expect(foreign).toEqual([]);
	// The attacks are shown as text. Only the double underscores are treated as emphasis.
	for (const attack of ['<img src=x onerror="window.', '<svg onload="window.', '<iframe srcdoc="<script>parent.']) {
		await expect(answer).toContainText(attack);
	}
	await expect(answer.locator("pre code").first()).toContainText("</pre><script>window.__injected=25</script>");
	await expect(answer).toContainText("This sentence must be readable, and the page must look the same as before.");
	await expect(chat.input).toBeVisible();

	// Clicking or focusing any element does no harm either.
	for (const link of await answer.locator("a:not([href])").all()) await link.click({ force: true });
	await answer.locator("a[href], button").evaluateAll((elements) => {
		for (const element of elements) {
			element.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
			(element as HTMLElement).focus();
		}
	});
	expect(await injected(page)).toBe(false);
	expect(page.url()).toBe(`${server.origin}/`);
});

test("the page's policy is strict, and blocks a script or handler that gets into the page anyway", async ({
	page,
	chat,
}) => {
	const response = await page.goto(chat.origin);
	const policy = new Map(
		(await response!.headerValue("content-security-policy"))!.split(";").map((directive) => {
			const [name = "", ...values] = directive.trim().split(/\s+/);
			return [name, values.join(" ")] as const;
		}),
	);
	const { port } = new URL(chat.origin);
	expect(Object.fromEntries(policy)).toEqual({
		"default-src": "'none'",
		"script-src": "'self' 'wasm-unsafe-eval'",
		"style-src": "'self'",
		"img-src": "'self' data:",
		"font-src": "'self'",
		"connect-src": `'self' http://localhost:${port} http://127.0.0.1:${port}`,
		"worker-src": "'self'",
		"base-uri": "'none'",
		"form-action": "'none'",
		"frame-ancestors": "'none'",
	});
	expect(await response!.headerValue("x-content-type-options")).toBe("nosniff");

	await page.evaluate(() => {
		const blocked: string[] = [];
		Object.assign(globalThis, { blocked });
		document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
		const script = document.createElement("script");
		script.textContent = "window.__injected = 1";
		document.body.append(script);
		const button = document.createElement("button");
		button.setAttribute("onclick", "window.__injected = 2");
		document.body.append(button);
		button.click();
		const link = document.createElement("a");
		link.href = "javascript:window.__injected = 3";
		document.body.append(link);
		link.click();
	});
	await expect
		.poll(() => page.evaluate(() => (globalThis as unknown as { blocked: string[] }).blocked))
		.toEqual(["script-src-elem", "script-src-attr", "script-src-elem"]);
	expect(await injected(page)).toBe(false);
});

test("a question with HTML is shown as text, also where the model quotes it", async ({ page, chat: server }) => {
	const chat = await ChatPage.open(page, server.origin);
	const found = await watchMessages(page);
	const question = '<img src=x onerror="globalThis.attacked=1"><b>bold</b> & [link](javascript:globalThis.attacked=2)';
	await chat.ask(question);
	await expect(chat.answers.locator("blockquote").first()).toContainText('<img src=x onerror="globalThis.', PATIENCE);
	expect(await chat.readAnswer(0)).toContain('"><b>bold</b> & link');
	await expect(chat.questions.locator(".bubble")).toHaveText(question);
	await expect(chat.questions.locator(".bubble > *")).toHaveCount(0);
	await expect(chat.answers.locator("blockquote a")).not.toHaveAttribute("href");
	expect(await found()).toEqual([]);
	expect(await injected(page)).toBe(false);
});
