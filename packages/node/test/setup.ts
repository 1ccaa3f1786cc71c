/**
 * The programs that tests start as processes of their own, bundled once for all files: from one file of Effect's and
 * ours, in place of hundreds, a process starts in half the time.
 */
import { globSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { rolldown } from "rolldown"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder with the bundles, which are named as their sources are. */
    readonly programs: string
  }
}

export default async (project: TestProject) => {
  const here = import.meta.dirname
  const programs = Path.join(here, "../build", `${project.name}-programs`)
  const sources = globSync("**/{Worker,*Process}.ts", { cwd: here })
  const bundle = await rolldown({
    input: Object.fromEntries(sources.map((file) => [file.replace(/\.ts$/, ""), Path.join(here, file)])),
    platform: "node",
    resolve: { conditionNames: ["@le-auth/source", "node", "import"] },
    // The rest is CommonJS, which Node itself loads best.
    external: (id) => !/^(?:[./]|effect\/|@effect\/|@le-auth\/)/.test(id)
  })
  const { output } = await bundle.write({ dir: programs, entryFileNames: "[name].mjs", cleanDir: true })
  await bundle.close()
  // The bundler's own reads are none that tools/recorder.ts sees.
  const modules = output.flatMap((each) => (each.type === "chunk" ? each.moduleIds : []))
  for (const file of modules) if (Path.isAbsolute(file) && !file.includes("node_modules")) readFileSync(file)
  project.provide("programs", programs)
}
