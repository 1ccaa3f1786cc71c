/**
 * The command is tested as it is published: package.json, bin and dist, in a folder of their own. The tests of
 * keychains have their library beside it, which npm installs where it can; the others show that the command does
 * without.
 */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"
import { built } from "../../../tools/built.ts"

const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the command is. */
    readonly published: string
  }
}

export default (project: TestProject) => {
  built("build", "@le-auth/cli")()
  const published = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-cli-"))
  for (const name of ["package.json", "bin", "dist"]) {
    Fs.cpSync(here(`../${name}`), Path.join(published, name), { recursive: true })
  }
  if (project.name.endsWith("-integration")) {
    const library = Path.join("node_modules", "@napi-rs", "keyring")
    Fs.mkdirSync(Path.join(published, Path.dirname(library)), { recursive: true })
    Fs.symlinkSync(here(Path.join("../../..", library)), Path.join(published, library))
  }
  // Other users of this computer may run it, too.
  Fs.chmodSync(published, 0o755)
  project.provide("published", published)
  return () => Fs.rmSync(published, { recursive: true })
}
