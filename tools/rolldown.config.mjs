// Apps ship as one bundle, made from the packages' sources: it starts several times faster than separate modules.
import http from "node:http"
import { fileURLToPath } from "node:url"

import { defineConfig } from "rolldown"

/**
 * `@effect/platform-node/Undici` is `export * from "undici"`, and undici is CommonJS: bundled, the star brings no names, and
 * "Agent is not a constructor". This names the two that platform-node uses.
 *
 * @type {import("rolldown").Plugin}
 */
const undiciNames = {
  name: "undici-names",
  load: {
    filter: { id: /@effect[\\/]platform-node[\\/]dist[\\/]Undici\.js$/ },
    handler: () =>
      `import undici from "undici"\nexport const { Agent, getGlobalDispatcher } = undici\nexport default undici`
  }
}

/**
 * To import `node:http` reads all that it exports, also what it loads only when it is read: a `WebSocket` that brings a whole HTTP
 * client of Node with it and takes a fifth of the time that Sentinel needs to start.
 *
 * @type {import("rolldown").Plugin}
 */
const eagerHttpNames = {
  name: "eager-http-names",
  resolveId: { filter: { id: /^node:http$/ }, handler: () => "\0node-http" },
  load: {
    filter: { id: /^\0node-http$/ },
    handler: () => {
      const names = Object.keys(http).filter((name) => !["WebSocket", "CloseEvent", "MessageEvent"].includes(name))
      return `const http = process.getBuiltinModule("node:http")\nexport const { ${names.join(", ")} } = http\nexport default http`
    }
  }
}

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  resolve: {
    conditionNames: ["@le-auth/source", "node", "import"],
    // Its main file is UMD, whose modules a bundler cannot follow.
    alias: { "jsonc-parser": fileURLToPath(import.meta.resolve("jsonc-parser").replace("/umd/", "/esm/")) }
  },
  plugins: [undiciNames, eagerHttpNames],
  output: { dir: "dist", format: "esm", minify: true, sourcemap: true, cleanDir: true }
})
