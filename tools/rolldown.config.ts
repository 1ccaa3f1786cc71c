// Apps ship as one bundle, made from the packages' sources: it starts several times faster than separate modules.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"

import { defineConfig, type Plugin } from "rolldown"

/**
 * `@effect/platform-node/Undici` is `export * from "undici"`, and undici is CommonJS: bundled, the star brings no names, and
 * "Agent is not a constructor". This names the two that platform-node uses.
 */
const undiciNames: Plugin = {
  name: "undici-names",
  load: {
    filter: { id: /@effect[\\/]platform-node[\\/]dist[\\/]Undici\.js$/ },
    handler: () =>
      `import undici from "undici"\nexport const { Agent, getGlobalDispatcher } = undici\nexport default undici`
  }
}

/**
 * To import a module of Node's reads all that it exports, also what it loads only when it is read: `node:fs` its streams, `node:crypto`
 * WebCrypto, `node:http` a whole HTTP client for its `WebSocket`. So each name is read by itself, and only if it is used.
 */
const builtinNames: Plugin = {
  name: "builtin-names",
  resolveId: {
    filter: { id: /^node:(?!module$)/ },
    handler: (id, _, { kind }) => (kind === "import-statement" ? `\0${id}` : undefined)
  },
  load: {
    filter: { id: /^\0node:/ },
    handler: (id) => {
      const builtin = id.slice(1)
      const names = Object.keys(process.getBuiltinModule(builtin) ?? {})
      return [
        `const builtin = process.getBuiltinModule("${builtin}")`,
        "export default builtin",
        ...names.map((name, index) => `const _${index} = /* @__PURE__ */ (() => builtin.${name})()`),
        `export { ${names.map((name, index) => `_${index} as ${name}`).join(", ")} }`
      ].join("\n")
    }
  }
}

const eager = /^import \* as (\w+) from "(node:(?:child_process|readline|tls|zlib))";?$/m

/**
 * Loads what platform-node and our package for Node need for TLS, terminals, compression and other processes when it is first used:
 * together they take longer to load than the HTTP server, and most commands use none of them.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  transform: {
    filter: { id: /@effect[\\/]platform-node(-shared)?[\\/]dist|packages[\\/]node[\\/]src/, code: eager },
    handler: (code) => ({
      code: code
        .replaceAll(
          new RegExp(eager, "gm"),
          (_, name, builtin) =>
            `const ${name} = new Proxy({}, { get: (_, member) => process.getBuiltinModule("${builtin}")[member] });`
        )
        // Every Node that the command runs on has it, and to ask would load the module.
        .replace('typeof Zlib.zstdCompress === "function"', "true"),
      // No line moves.
      map: null
    })
  }
}

/** The same for `ws`, which platform-node has for WebSockets, and which loads TLS and compression. */
const lazyWebSockets: Plugin = {
  name: "lazy-web-sockets",
  load: {
    filter: { id: /@effect[\\/]platform-node-shared[\\/]dist[\\/]NodeWS\.js$/ },
    handler: () =>
      ["WebSocket", "WebSocketServer"]
        .map(
          (name) =>
            `export const ${name} = new Proxy(class {}, {` +
            ` construct: (_, parameters) => Reflect.construct(require("ws").${name}, parameters) })`
        )
        .join("\n")
  }
}

/**
 * effect/cli makes a segmenter of graphemes for the columns of help when it is loaded, and that loads the tables of ICU, which takes
 * half as long as Node needs to start. Most commands show no help.
 */
const lazySegmenter: Plugin = {
  name: "lazy-segmenter",
  transform: {
    filter: { id: /effect[\\/]dist[\\/]cli[\\/]CliOutput\.js$/ },
    handler: (code) => {
      const eager = /const graphemeSegmenter = (?:\/\*.*?\*\/)?(new Intl\.Segmenter\([^)]*\));/
      if (!eager.test(code)) throw new Error("effect/cli/CliOutput makes its segmenter in another way")
      return {
        code: code.replace(
          eager,
          (_, made) =>
            `let madeSegmenter; const graphemeSegmenter = { segment: (text) => (madeSegmenter ??= ${made}).segment(text) };`
        ),
        map: null
      }
    }
  }
}

/**
 * Writes down what the command line answers without loading itself, see `apps/cli/src/answers.ts`. They are the command's own words
 * of this very build, so they cannot go stale.
 */
const answers: Plugin = {
  name: "answers",
  generateBundle() {
    if (!existsSync("src/answers.ts")) return
    const source = execFileSync(process.execPath, ["--conditions=@le-auth/source", "src/answers.ts"], {
      encoding: "utf8"
    })
    this.emitFile({ type: "asset", fileName: "answers.json", source })
  }
}

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  resolve: {
    conditionNames: ["@le-auth/source", "node", "import"]
  },
  plugins: [undiciNames, builtinNames, lazyBuiltins, lazyWebSockets, lazySegmenter, answers],
  output: {
    dir: "dist",
    format: "esm",
    minify: true,
    sourcemap: true,
    cleanDir: true,
    // What most commands need is one file: 30 of them take longer to find and to link than to run.
    codeSplitting: { groups: [{ name: "base", minShareCount: 6 }] }
  }
})
