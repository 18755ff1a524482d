// Tests that docs/api/ is the reference of the current types.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeReference, reference } from "../../scripts/reference.mjs";
import { expect, test } from "./support.ts";

const pages = (folder: string) =>
	Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test("docs/api equals the output of typedoc for the packed types (if not: npm run reference)", async () => {
	expect(pages(reference)).toEqual(pages(await makeReference()));
});
