// `@le-auth/emulator`: each fixture is an entry of its own, and Sentinel itself is loaded when one starts.
import fs from "node:fs"
import path from "node:path"

import { defineConfig, type Plugin } from "rolldown"

import { readableBundle } from "./readableBundle.ts"

const { exports } = JSON.parse(fs.readFileSync("package.json", "utf8"))

/** Jest reads modules with an option of Node only, and CommonJS always. */
const commonJs = ["jest"]

/** The modules that others may import: `index`, `vitest`. */
const entries = fs
  .globSync("src/*.ts")
  .map((file) => path.basename(file, ".ts"))
  .filter((name) => (name === "index" ? "." : `./${name}`) in exports && !commonJs.includes(name))
  .toSorted()

/** Types of CommonJS say that those of modules are of modules. */
const commonJsDeclarations: Plugin = {
  name: "commonjs-declarations",
  generateBundle() {
    for (const name of commonJs) {
      const source = fs
        .readFileSync(`build/src/${name}.d.ts`, "utf8")
        .replaceAll(/from "(\.\/[\w-]+)\.ts"/g, 'from "$1.js" with { "resolution-mode": "import" }')
      this.emitFile({ type: "asset", fileName: `${name}.d.cts`, source })
    }
  }
}

const modules = readableBundle({
  input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
  // The one of the project whose tests they are.
  external: ["vitest"],
  // What ws, which platform-node has for WebSockets, would be faster with.
  absent: ["bufferutil", "utf-8-validate"],
  groups: [
    // What more than one part needs is in two files and not in twenty.
    { name: "effect", test: /node_modules[\\/]effect[\\/]/, minShareCount: 2 },
    { name: "le-auth", test: /packages[\\/](?:core|node|sentinel)[\\/]/, minShareCount: 2 }
  ]
})

export default [
  modules,
  defineConfig({
    input: Object.fromEntries(commonJs.map((name) => [name, `src/${name}.ts`])),
    platform: "node",
    plugins: [commonJsDeclarations],
    output: {
      dir: "dist",
      format: "cjs",
      entryFileNames: "[name].cjs",
      sourcemap: true,
      sourcemapExcludeSources: true,
      comments: { legal: true, jsdoc: false }
    }
  })
]
