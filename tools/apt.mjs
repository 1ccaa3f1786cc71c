// Debian's packages, for what the tests need beside npm's.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/** @param {string[]} rest */
const apt = (...rest) =>
  spawnSync("apt-get", rest, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }).status === 0

/**
 * Installs packages where we may, also with an old list of them. Says whether they are there now.
 * @param {string[]} packages and options of `apt-get install`
 */
export const install = (...packages) =>
  process.getuid?.() === 0 &&
  existsSync("/usr/bin/apt-get") &&
  (apt("install", "-y", ...packages) || (apt("update") && apt("install", "-y", ...packages)))
