/** The example is tested as it runs: as a bundle, with the page of `apps/spa`, in a folder of its own. */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"
import { built } from "../../../tools/built.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder with the bundle. */
    readonly bundle: string
  }
}

export default (project: TestProject) => {
  built("build", "@le-auth/example-server")()
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-server-"))
  for (const app of ["server", "spa"]) {
    const dist = fileURLToPath(new URL(`../../${app}/dist`, import.meta.url))
    Fs.cpSync(dist, Path.join(folder, app, "dist"), { recursive: true })
  }
  Fs.writeFileSync(Path.join(folder, "package.json"), JSON.stringify({ type: "module" }))
  project.provide("bundle", Path.join(folder, "server"))
  return () => Fs.rmSync(folder, { recursive: true })
}
