// Puts Effect's diagnostics into the local `tsc`, after each installation (`prepare`). Where npm has no binary of them
// for the platform, types are checked without.
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"

const platform = `${process.platform}-${process.arch}`

const isInstalled = (name: string) => {
  try {
    return createRequire(createRequire(import.meta.url).resolve("@effect/tsgo/package.json")).resolve(name) !== ""
  } catch {
    return false
  }
}

if (isInstalled(`@effect/tsgo-${platform}/package.json`)) {
  process.exitCode =
    spawnSync("effect-tsgo", ["patch"], { stdio: "inherit", shell: process.platform === "win32" }).status ?? 1
} else console.log(`npm has no @effect/tsgo for ${platform}: tsc goes without Effect's diagnostics.`)
