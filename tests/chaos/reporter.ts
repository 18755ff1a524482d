// Owns what is printed by `npm run test:chaos`: what the run prints, and why it failed, if it did.

import type { Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";

export default class PrintedOnly implements Reporter {
	printsToStdio(): boolean {
		return true;
	}

	onStdOut(text: string | Buffer): void {
		process.stdout.write(text);
	}

	onStdErr(text: string | Buffer): void {
		process.stderr.write(text);
	}

	onTestEnd(_test: TestCase, { errors }: TestResult): void {
		errors.forEach(this.onError);
	}

	onError({ message }: TestError): void {
		console.error(message);
	}
}
