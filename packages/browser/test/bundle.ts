/** A whole page program as a bundler makes it: one minified module. */
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

export interface Bundle {
  readonly code: string
  /** Bytes after gzip, as a good web server sends it. */
  readonly gzipped: number
  /** The files that are in it. */
  readonly modules: ReadonlyArray<string>
  /** What the bundler could not find a file for. */
  readonly imports: ReadonlyArray<string>
}

export const bundle = async (fixture: string): Promise<Bundle> => {
  const build = await rolldown({
    input: Path.join(import.meta.dirname, "fixture", fixture),
    platform: "browser",
    resolve: { conditionNames: ["@le-auth/source", "import", "default"] }
  })
  const { output } = await build.generate({ format: "esm", minify: true })
  await build.close()
  const [chunk] = output
  return {
    code: chunk.code,
    gzipped: gzipSync(chunk.code, { level: 9 }).length,
    modules: chunk.moduleIds,
    imports: chunk.imports
  }
}
