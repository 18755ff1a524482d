// Prints the output of `npm run test:chaos`: the output of the run, and the reason if it fails.

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
