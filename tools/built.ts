// What a project's tests need built before them. Nx does so itself where the tests are a target of its; a direct call
// of vitest gets it here, once for all files.
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** A `globalSetup` of vitest: a target of `nx run-many`, and for which projects. */
export const built =
  (target: string, ...projects: string[]) =>
  () => {
    if (process.env["NX_TASK_TARGET_PROJECT"] !== undefined) return
    execFileSync("npx", ["nx", "run-many", "-t", target, ...(projects.length > 0 ? ["-p", ...projects] : [])], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32"
    })
  }
