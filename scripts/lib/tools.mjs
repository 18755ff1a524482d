// The paths of the tools, and their versions.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** This folder is outside the checkout, so that every clone on a machine uses the same tools. */
export const toolsFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "headwater-tools");
export const toolsBin = join(toolsFolder, "bin");

/** The command-line tool of wasm-bindgen must have exactly the same version as the library. */
export const wasmBindgenVersion = lockedVersion("wasm-bindgen");
// renovate: wasm-pack
export const wasmPackVersion = "0.15.1";
// renovate: geckodriver
export const geckodriverVersion = "0.37.1";
// renovate: cargo-fuzz
export const cargoFuzzVersion = "0.13.2";
// Another version can print a type in another way, which would change api/.
// renovate: cargo-public-api
export const cargoPublicApiVersion = "0.52.0";

/** The oldest Node that Vite supports. The package itself needs 20.12. */
export const leastNode = [20, 19];

/** The environment variable PATH with the tools at its front. */
export const toolsPath = {
	PATH: [toolsBin, join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
};

/** Returns the path of the first of these programs that is on PATH. */
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

/**
 * On Debian, nginx is in this folder, which is not on the PATH of users. They can start it
 * nevertheless.
 */
const USR_SBIN_NGINX = "/usr/sbin/nginx";
export const findNginx = () => find("nginx") ?? (existsSync(USR_SBIN_NGINX) ? USR_SBIN_NGINX : undefined);

/** Returns the path of nchan in the module folder of this nginx. */
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
