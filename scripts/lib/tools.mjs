// Owns where the tools are and which versions are wanted.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Tools live outside the checkout, so that a fresh clone on a machine that had one is quick. */
export const toolsFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "headwater-tools");
export const toolsBin = join(toolsFolder, "bin");

/** wasm-bindgen's command line must be of exactly the version of the library. */
export const wasmBindgenVersion = lockedVersion("wasm-bindgen");
export const wasmPackVersion = "0.15.1";
export const geckodriverVersion = "0.37.1";
export const cargoFuzzVersion = "0.13.2";
/** With others a type may be written in another way. */
export const cargoPublicApiVersion = "0.52.0";

/** What Vite asks for. The package itself runs from 20.12 on. */
export const leastNode = [20, 19];

/** With the tools in front of PATH. */
export const toolsPath = {
	PATH: [toolsBin, join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
};

/** The first of these programs that is on PATH, as a path. */
export function find(...programs) {
	const folders = toolsPath.PATH.split(delimiter);
	for (const program of programs) {
		const folder = folders.find((folder) => existsSync(join(folder, program)));
		if (folder) {
			return join(folder, program);
		}
	}
	return undefined;
}

export const findChromium = () => find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
export const findFirefox = () => find("firefox-esr", "firefox");
export const findWebKitDriver = () => find("WebKitWebDriver");
export const findRedis = () => find("redis-server");

/** Not on the PATH of Debian's users, who may start it all the same. */
const USR_SBIN_NGINX = "/usr/sbin/nginx";
export const findNginx = () => find("nginx") ?? (existsSync(USR_SBIN_NGINX) ? USR_SBIN_NGINX : undefined);

/** The module of nginx, in the folder that this nginx was built to load modules from. */
export function findNchan() {
	const nginx = findNginx();
	const folder = nginx && /--modules-path=(\S+)/.exec(spawnSync(nginx, ["-V"], { encoding: "utf8" }).stderr)?.[1];
	const module = folder && join(folder, "ngx_nchan_module.so");
	return module && existsSync(module) ? module : undefined;
}

function lockedVersion(name) {
	const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
	return new RegExp(`name = "${name}"\\nversion = "([^"]+)"`).exec(lock)[1];
}
