// Packages for people without Effect ship as a bundle of our packages and of all that they need, so that they depend on
// nothing. It is readable, since a reader of a stack trace has no other source.
import fs from "node:fs"
import { isBuiltin } from "node:module"
import path from "node:path"

import { defineConfig, type OutputOptions, type Plugin, type RolldownOptions } from "rolldown"

import { licensesOf } from "./licenses.ts"
import { undiciNames } from "./rolldown.config.ts"

/**
 * CommonJS inside, such as undici, asks Node's own modules by `require`, which a module has not. Rolldown makes it
 * by `createRequire`, in a chunk that workers load as well, and the bundlers of our users do not all see through it.
 */
const requiredBuiltins: Plugin = {
  name: "required-builtins",
  resolveId: (id, _, { kind }) => (kind === "require-call" && isBuiltin(id) ? `\0require:${id}` : undefined),
  load: {
    filter: { id: /^\0require:/ },
    handler: (id) => `module.exports = process.getBuiltinModule("${id.slice("\0require:".length)}")`
  }
}

/** platform-node itself asks for these two by `createRequire`, so as not to load the `WebSocket` of Node. */
const builtinHttp: Plugin = {
  name: "builtin-http",
  load: {
    filter: { id: /@effect[\\/]platform-node[\\/]dist[\\/]internal[\\/]http\.js$/ },
    handler: () =>
      ["http", "https"].map((name) => `export const ${name} = process.getBuiltinModule("node:${name}")`).join("\n")
  }
}

/** What a library uses if a program has it, and we have not. A bundler of our users would look for it in vain. */
const absent = (names: ReadonlyArray<string>): Plugin => ({
  name: "absent",
  resolveId: (id) => (names.includes(id) ? `\0absent:${id}` : undefined),
  load: {
    filter: { id: /^\0absent:/ },
    handler: (id) =>
      `module.exports = {}\nthrow new Error("${id.slice("\0absent:".length)} is not in ${packageName()}")`
  }
})

const packageName = (): string => JSON.parse(fs.readFileSync("package.json", "utf8")).name

/** The types of the public modules, which tsc has written, name only one another. */
const declarations: Plugin = {
  name: "declarations",
  generateBundle() {
    for (const file of fs.globSync("src/*.ts").toSorted()) {
      const name = path.basename(file, ".ts")
      const source = fs.readFileSync(`build/src/${name}.d.ts`, "utf8").replaceAll(/(from "\.\/[\w-]+)\.ts"/g, '$1.js"')
      this.emitFile({ type: "asset", fileName: `${name}.d.ts`, source })
    }
  }
}

/** The licences of what is in the bundle. */
const licenses: Plugin = {
  name: "licenses",
  generateBundle(_, bundle) {
    const files = Object.values(bundle).flatMap((output) => (output.type === "chunk" ? output.moduleIds : []))
    this.emitFile({ type: "asset", fileName: "licenses.txt", source: licensesOf(files) })
  }
}

type Groups = NonNullable<Extract<OutputOptions["codeSplitting"], object>["groups"]>

export interface Readable {
  /** The entries, by the paths of their files in `dist`. */
  readonly input: Readonly<Record<string, string>>
  /** What is not bundled. */
  readonly external?: ReadonlyArray<string>
  /** What a library asks for that is not in here. */
  readonly absent?: ReadonlyArray<string>
  readonly alias?: Readonly<Record<string, string>>
  readonly groups: Groups
}

/** The settings of the bundle of the package in the working directory. */
export const readableBundle = (readable: Readable): RolldownOptions =>
  defineConfig({
    input: { ...readable.input },
    platform: "node",
    external: [...(readable.external ?? [])],
    resolve: {
      conditionNames: ["@le-auth/source", "node", "import"],
      ...(readable.alias && { alias: { ...readable.alias } })
    },
    // What is not found, or not exported, would be found missing by our users.
    onLog(level, log) {
      if (level === "warn") throw new Error(log.message)
    },
    plugins: [undiciNames, requiredBuiltins, builtinHttp, absent(readable.absent ?? []), declarations, licenses],
    output: {
      dir: "dist",
      format: "esm",
      chunkFileNames: "internal/[name].js",
      sourcemap: true,
      sourcemapExcludeSources: true,
      cleanDir: true,
      // Types have the documentation.
      comments: { legal: true, jsdoc: false },
      codeSplitting: { groups: readable.groups }
    }
  }) as RolldownOptions
