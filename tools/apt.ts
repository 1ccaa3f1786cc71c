// Debian's packages, for what the tests need beside npm's.
import { spawnSync } from "node:child_process"

/** Runs `apt-get`, and says whether it did what it should; its own words come only where it did not. */
function apt(...rest: string[]) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  const { error, status, stderr, stdout } = spawnSync("apt-get", rest, { env, encoding: "utf8" })
  if (status === 0) return true
  console.error(`apt-get ${rest.join(" ")} failed:\n${error?.message ?? stdout + stderr}`)
  return false
}

let isRenewed = false

/**
 * Installs packages where we may, or newer versions of them. Says whether they are there now. The lists of packages are
 * renewed first: an old one leads to old versions, or to files that are no longer there. Where only some of the
 * repositories answer, the package may still be in one of those.
 * @param packages and options of `apt-get install`
 */
export function install(...packages: string[]) {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).error !== undefined) return false
  if (!isRenewed) apt("update")
  isRenewed = true
  return apt("install", "-y", ...packages)
}
