// Apps ship as one bundle, made from the packages' sources: it starts several times faster than separate modules.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"

import { defineConfig, type Plugin } from "rolldown"

/**
 * `@effect/platform-node/Undici` is `export * from "undici"`, and undici is CommonJS: bundled, the star brings no
 * names, and "Agent is not a constructor". This names the two that platform-node uses.
 */
export const undiciNames: Plugin = {
  name: "undici-names",
  load: {
    filter: { id: /@effect[\\/]platform-node[\\/]dist[\\/]Undici\.js$/ },
    handler: () =>
      `import undici from "undici"\nexport const { Agent, getGlobalDispatcher } = undici\nexport default undici`
  }
}

// The next four let the programs load less at their start, until what they change does so by itself: together they save
// about 15 of the 116 ms of `le-auth status`, and nothing of help. Where there is nothing to change any more, or it is
// written in another way, the build fails: so a plugin whose work a release of effect's does is noticed, and deleted.

/** The names of those that have found what they change. */
const found = new Set<string>()

/** Replaces a pattern, which has to be there. */
function replaced(plugin: string, id: string, code: string, pattern: RegExp, by: (...match: string[]) => string) {
  const text = code.replaceAll(pattern, by)
  if (text === code) throw new Error(`${plugin}: ${id} is written in another way than this changes`)
  found.add(plugin)
  return text
}

/**
 * To import a module of Node's reads all that it exports, also what it loads only when it is read: `node:fs` its
 * streams, `node:crypto` WebCrypto, `node:http` a whole HTTP client for its `WebSocket`. So each name is read by
 * itself, and only if it is used. To be deleted when Node's own imports do so.
 *
 * One that uses the module as a value would bring all names back for everything that shares it, so the build fails.
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
      if (names.length === 0) throw new Error(`builtin-names: ${builtin} has no names`)
      found.add("builtin-names")
      return [
        `const builtin = process.getBuiltinModule("${builtin}")`,
        "export default builtin",
        ...names.map((name, index) => `const _${index} = /* @__PURE__ */ (() => builtin.${name})()`),
        `export { ${names.map((name, index) => `_${index} as ${name}`).join(", ")} }`
      ].join("\n")
    }
  },
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      for (const [id, { renderedExports }] of Object.entries(file.type === "chunk" ? file.modules : {})) {
        if (!id.startsWith("\0node:")) continue
        const members = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(id.slice(1)) ?? {}))
        const lazy = members.filter(([, { get }]) => get !== undefined)
        if (lazy.length > 1 && lazy.every(([name]) => renderedExports.includes(name)))
          throw new Error(`builtin-names: something uses ${id.slice(1)} as a whole, which loads all that it has`)
      }
    }
  }
}

/**
 * Loads what platform-node and our package for Node need for TLS, terminals, compression and other processes when it is
 * first used: together they take longer to load than the HTTP server, and most commands use none of them. To be deleted
 * when platform-node imports them where it uses them.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  transform: {
    filter: {
      id: /@effect[\\/]platform-node(-shared)?[\\/]dist|packages[\\/]node[\\/]src/,
      code: /^import .*"node:(?:child_process|readline|tls|zlib)"/m
    },
    handler: (code, id) => {
      const eager = /^import \* as (\w+) from "(node:(?:child_process|readline|tls|zlib))";?$/gm
      const lazy = replaced(
        "lazy-builtins",
        id,
        code,
        eager,
        (_, name, builtin) =>
          `const ${name} = new Proxy({}, { get: (_, member) => process.getBuiltinModule("${builtin}")[member] });`
      )
      // Every Node that the programs run on has zstd, and to ask would load the module.
      const asks = /typeof Zlib\.zstdCompress === "function"/g
      return {
        code: id.includes("NodeHttpCompression") ? replaced("lazy-builtins", id, lazy, asks, () => "true") : lazy,
        // No line moves.
        map: null
      }
    }
  }
}

/**
 * The same for `ws`, which platform-node has for WebSockets, and which loads TLS and compression. To be deleted when
 * platform-node imports it where it uses it.
 */
const lazyWebSockets: Plugin = {
  name: "lazy-web-sockets",
  transform: {
    filter: { id: /@effect[\\/]platform-node-shared[\\/]dist[\\/]NodeWS\.js$/ },
    handler: (code, id) => ({
      code: replaced("lazy-web-sockets", id, code, /^export \* from "ws";$/gm, () =>
        ["WebSocket", "WebSocketServer"]
          .map(
            (name) =>
              `export const ${name} = new Proxy(class {}, {` +
              ` construct: (_, parameters) => Reflect.construct(require("ws").${name}, parameters) });`
          )
          .join(" ")
      ),
      map: null
    })
  }
}

/**
 * effect/cli makes a segmenter of graphemes for the columns of help when it is loaded, and that loads the tables of
 * ICU, which takes half as long as Node needs to start. Most commands show no help. To be deleted when effect/cli makes
 * it where it shows help.
 */
const lazySegmenter: Plugin = {
  name: "lazy-segmenter",
  transform: {
    filter: { id: /effect[\\/]dist[\\/]cli[\\/]CliOutput\.js$/ },
    handler: (code, id) => ({
      code: replaced(
        "lazy-segmenter",
        id,
        code,
        /const graphemeSegmenter = (?:\/\*.*?\*\/)?(new Intl\.Segmenter\([^)]*\));/g,
        (_, made) =>
          `let madeSegmenter; const graphemeSegmenter = { segment: (text) => (madeSegmenter ??= ${made}).segment(text) };`
      ),
      map: null
    })
  }
}

/**
 * One character beyond Latin-1 makes Node keep the whole text of a file with two bytes for each of its characters,
 * which takes longer to read and twice the memory. Such characters are in texts, templates and regular expressions
 * only, where their escapes mean the same.
 */
const ascii: Plugin = {
  name: "ascii",
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type !== "chunk") continue
      // A template with a tag would see the difference.
      if (/\braw`[^`]*[^\0-\x7f]/.test(file.code)) throw new Error(`ascii: ${file.fileName} has a raw template`)
      file.code = file.code.replaceAll(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}

/** `import text from "./file?raw"` is the text of a file, as Vite has it: a program that shows its code cannot lie. */
const raw: Plugin = {
  name: "raw",
  resolveId: {
    filter: { id: /\?raw$/ },
    handler: (id, importer) => path.resolve(path.dirname(importer ?? ""), id)
  },
  load: {
    filter: { id: /\?raw$/ },
    handler: (id) => `export default ${JSON.stringify(readFileSync(id.replace(/\?raw$/, ""), "utf8"))}`
  }
}

const allFound: Plugin = {
  name: "all-found",
  buildEnd(error) {
    if (error !== undefined) return
    // Only the command has effect/cli.
    const segmenter = existsSync("src/answers.ts") ? [lazySegmenter] : []
    for (const { name } of [builtinNames, lazyBuiltins, lazyWebSockets, ...segmenter]) {
      if (!found.has(name)) throw new Error(`${name}: the module that this changes is not there`)
    }
  }
}

/**
 * Writes down what the command line answers without loading itself, see `apps/cli/src/answers.ts`. They are the
 * command's own words of this very build, so they cannot go stale.
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

/** What each of some modules of the command imports, whatever it is through. */
const needs = {
  /** `le-auth token`, which scripts call for each of their calls. */
  base: ["main.ts", "commands/token/command.ts", "commands/token/run.ts"],
  /** `le-auth sentinel start`, which tests wait for. */
  sentinel: ["commands/sentinel/start/command.ts", "commands/sentinel/start/run.ts"]
}
const neededBy = new Map<string, Set<string>>()

const parts: Plugin = {
  name: "parts",
  buildEnd() {
    for (const [part, roots] of Object.entries(needs)) {
      const needed = new Set(roots.map((root) => path.resolve("src", root)))
      for (const id of needed) for (const other of this.getModuleInfo(id)?.importedIds ?? []) needed.add(other)
      neededBy.set(part, needed)
    }
  }
}

const isNeededBy = (part: keyof typeof needs) => (id: string) => neededBy.get(part)?.has(id)

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  resolve: {
    conditionNames: ["@le-auth/source", "node", "import"]
  },
  plugins: [
    undiciNames,
    builtinNames,
    lazyBuiltins,
    lazyWebSockets,
    lazySegmenter,
    raw,
    parts,
    ascii,
    allFound,
    answers
  ],
  output: {
    dir: "dist",
    format: "esm",
    minify: true,
    sourcemap: true,
    cleanDir: true,
    // What a command needs is in few files, since 30 of them take longer to find and to link than to run; and a file
    // has little that a command does not need, since all of a file is run when it is loaded.
    codeSplitting: {
      groups: [
        { name: "base", test: isNeededBy("base"), priority: 2 },
        { name: "sentinel", test: isNeededBy("sentinel"), priority: 1 },
        { name: "shared", minShareCount: 6 }
      ]
    }
  }
})
