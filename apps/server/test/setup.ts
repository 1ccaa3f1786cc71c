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
  const bundle = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-server-"))
  Fs.cpSync(fileURLToPath(new URL("../dist", import.meta.url)), Path.join(bundle, "dist"), { recursive: true })
  Fs.writeFileSync(Path.join(bundle, "package.json"), JSON.stringify({ type: "module" }))
  project.provide("bundle", bundle)
  return () => Fs.rmSync(bundle, { recursive: true })
}
