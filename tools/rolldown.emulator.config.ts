// `@le-auth/emulator`: each fixture is an entry of its own, and Sentinel itself is loaded when one starts.
import fs from "node:fs"
import path from "node:path"

import { readableBundle } from "./readableBundle.ts"

const { exports } = JSON.parse(fs.readFileSync("package.json", "utf8"))

/** The modules that others may import: `index`, `vitest`, `jest`. */
const entries = fs
  .globSync("src/*.ts")
  .map((file) => path.basename(file, ".ts"))
  .filter((name) => (name === "index" ? "." : `./${name}`) in exports)
  .toSorted()

export default readableBundle({
  input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
  // What ws, which platform-node has for WebSockets, would be faster with.
  absent: ["bufferutil", "utf-8-validate"],
  groups: [
    // What more than one part needs is in two files and not in twenty.
    { name: "effect", test: /node_modules[\\/]effect[\\/]/, minShareCount: 2 },
    { name: "le-auth", test: /packages[\\/](?:core|node|sentinel)[\\/]/, minShareCount: 2 }
  ]
})
