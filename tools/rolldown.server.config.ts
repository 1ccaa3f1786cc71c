// `@le-auth/server` ships as a bundle of the packages and of all that they need, so that it depends on nothing. It is
// readable, since a reader of a stack trace has no other source. What Node needs is apart from what a worker has, and
// each engine of a store is loaded if a store needs it.
import fs from "node:fs"
import { isBuiltin } from "node:module"
import path from "node:path"

import { defineConfig, type Plugin } from "rolldown"

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

/** What redis uses if a program has it, and le-auth has not. A bundler of our users would look for it in vain. */
const absent: Plugin = {
  name: "absent",
  resolveId: (id) => (["@opentelemetry/api", "@node-rs/xxhash"].includes(id) ? `\0absent:${id}` : undefined),
  load: {
    filter: { id: /^\0absent:/ },
    handler: (id) => `module.exports = {}\nthrow new Error("${id.slice("\0absent:".length)} is not in @le-auth/server")`
  }
}

/** The types of the public modules, which tsc has written, name only one another. */
const declarations: Plugin = {
  name: "declarations",
  generateBundle() {
    for (const file of fs.globSync("src/*.ts").toSorted()) {
      const name = path.basename(file, ".ts")
      const source = fs.readFileSync(`build/src/${name}.d.ts`, "utf8").replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"')
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

export default defineConfig({
  input: { index: "src/index.ts", check: "src/check.ts", "internal/worker": "src/internal/worker.ts" },
  platform: "node",
  resolve: {
    conditionNames: ["@le-auth/source", "node", "import"],
    // `redis` is its client and four extensions for things that no store of ours has.
    alias: { redis: "@redis/client" }
  },
  // What is not found, or not exported, would be found missing by our users.
  onLog(level, log) {
    if (level === "warn") throw new Error(log.message)
  },
  plugins: [undiciNames, requiredBuiltins, absent, declarations, licenses],
  output: {
    dir: "dist",
    format: "esm",
    chunkFileNames: "internal/[name].js",
    sourcemap: true,
    sourcemapExcludeSources: true,
    cleanDir: true,
    // Types have the documentation.
    comments: { legal: true, jsdoc: false },
    codeSplitting: {
      groups: [
        // What more than one part needs is in two files and not in twenty. Both are free of Node.
        { name: "effect", test: /node_modules[\\/]effect[\\/]/, minShareCount: 2 },
        { name: "le-auth", test: /packages[\\/](?:core|web)[\\/]/, minShareCount: 2 },
        // What is loaded later, by the names under which people know it.
        { name: "undici", test: /node_modules[\\/]undici[\\/]/ },
        { name: "redis", test: /node_modules[\\/]@redis[\\/]/ }
      ]
    }
  }
})
