// A whole page program as a bundler makes it: one minified module, and what is in it.
import { gzipSync } from "node:zlib"

import * as esbuild from "esbuild"
import { rolldown } from "rolldown"

const conditions = ["@le-auth/source", "module", "import", "default"]

export interface Bundle {
  readonly code: string
  /** Bytes after gzip, as a good web server sends it. */
  readonly gzipped: number
  /** The files that are in it. */
  readonly modules: readonly string[]
  /** What the bundler could not find a file for. */
  readonly imports: readonly string[]
}

const weighed = (bundle: Omit<Bundle, "gzipped">): Bundle => ({
  ...bundle,
  gzipped: gzipSync(bundle.code, { level: 9 }).length
})

export const bundlers = {
  rolldown: async (file: string): Promise<Bundle> => {
    const build = await rolldown({ input: file, platform: "browser", resolve: { conditionNames: conditions } })
    const { output } = await build.generate({ format: "esm", minify: true, codeSplitting: false })
    await build.close()
    const [{ code, imports, moduleIds }] = output
    return weighed({ code, imports, modules: moduleIds })
  },

  esbuild: async (file: string): Promise<Bundle> => {
    const { metafile, outputFiles } = await esbuild.build({
      entryPoints: [file],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      outfile: "page.js",
      format: "esm",
      platform: "browser",
      target: "es2023",
      conditions,
      logLevel: "silent"
    })
    const [output] = Object.values(metafile.outputs)
    return weighed({
      code: outputFiles[0]?.text ?? "",
      imports: output?.imports.map(({ path }) => path) ?? [],
      // What esbuild leaves out it still lists, with no bytes.
      modules: Object.entries(output?.inputs ?? {}).flatMap(([name, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [name] : []
      )
    })
  }
}
