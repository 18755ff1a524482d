// `npm run address`: writes the public address of the project into package.json and Cargo.toml.

import { ADDRESS, writeAddress, wrongAddress } from "./lib/address.mjs";
import { Problem, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

script(async () => {
	if (!ADDRESS) {
		throw new Problem(wrongAddress(root));
	}
	say(`wrote the address into ${writeAddress(root).join(" and ")}`);
});
