// A bundled package as npm has installed it: its files, what they import, and what was built into them.
import fs from "node:fs"
import path from "node:path"

import { assert } from "vitest"

import { filesBelow, runIn } from "./outside.ts"

interface File {
  /** Its path in `dist`. */
  readonly name: string
  readonly text: string
}

/** What a file imports, at its start and later. */
export const importsOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^(?:import|export)\b[^"\n]*"([^"\n]+)";?$|\bimport\("([^"]+)"\)/gm)].map(
    ([, early, late]) => early ?? late ?? ""
  )

/** The package in a project's `node_modules`. */
export const installedBundle = (project: string, packageName: string) => {
  const installed = path.join(project, "node_modules", ...packageName.split("/"))

  /** The files whose names end so, with their texts. */
  const having = (end: string): ReadonlyArray<File> => {
    const folder = path.join(installed, "dist")
    return filesBelow(folder)
      .filter((file) => file.endsWith(end))
      .map((file) => ({
        name: path.relative(folder, file).replaceAll(path.sep, "/"),
        text: fs.readFileSync(file, "utf8")
      }))
  }

  /** The sources that are in files, by their source maps. */
  const sourcesOf = (files: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<string> => {
    const names = new Set(files.map(({ name }) => name))
    return having(".js.map").flatMap(({ name, text }) =>
      names.has(name.replace(/\.map$/, "")) ? JSON.parse(text).sources : []
    )
  }

  return {
    having,
    sourcesOf,
    manifest: () => JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8")),

    /** It is one package of at most this number of bytes, which needs no other. */
    isAlone: (bytes: number) => {
      const found = runIn(project, "npm", "ls", "--all", "--parseable").trim().split("\n")
      assert.deepStrictEqual(found.slice(1), [installed])
      const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
        fs.readFileSync(path.join(installed, "package.json"), "utf8")
      )
      assert.deepStrictEqual([dependencies, optionalDependencies, peerDependencies], [undefined, undefined, undefined])
      const size = filesBelow(installed).reduce((sum, file) => sum + fs.statSync(file).size, 0)
      assert.isAtMost(size, bytes)
    },

    /** It imports itself and Node, and nothing for its effects alone; some entries also what they are for. */
    importsItself: (also: Readonly<Record<string, ReadonlyArray<string>>> = {}) => {
      for (const { name, text } of having(".js")) {
        const foreign = importsOf(text).filter((specifier) => !/^\.|^node:/.test(specifier))
        assert.deepStrictEqual(new Set(foreign), new Set(also[name] ?? []), name)
        assert.notMatch(text, /createRequire|^import "/m, name)
      }
    },

    /** Its maps are without the sources, its code is readable, and its entry is small. */
    isReadable: () => {
      const maps = having(".js.map")
      assert.isAbove(maps.length, 5)
      for (const { name, text } of maps) assert.notProperty(JSON.parse(text), "sourcesContent", name)
      for (const { name, text } of having(".js")) assert.isBelow(text.length / text.split("\n").length, 200, name)
      assert.isBelow(fs.statSync(path.join(installed, "dist", "index.js")).size, 10_000)
    },

    /** It has the licence of each package that is in it, and some of them are these. */
    hasLicences: (...known: ReadonlyArray<string>) => {
      const text = fs.readFileSync(path.join(installed, "dist", "licenses.txt"), "utf8")
      const names = new Set(
        sourcesOf(having(".js")).flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [])
      )
      assert.includeMembers([...names], [...known])
      const parts = text.split(/^-{80}$/m).map((part) => part.trim())
      for (const name of names) {
        const part = parts.find((each) => each.startsWith(`${name} `)) ?? ""
        assert.match(part, /^\S+ \d+\.\d+\.\d+\S* \(\S+\)\n\n[^]*copyright/i, name)
      }
    },

    /** Its declarations, with these among them, import one another, and name neither Effect nor Node. */
    declaresPlainly: (...known: ReadonlyArray<string>) => {
      const files = having(".d.ts")
      assert.includeMembers(
        files.map(({ name }) => name),
        [...known]
      )
      for (const { name, text } of files) {
        const code = text.replaceAll(/\/\*[^]*?\*\//g, "")
        for (const [, specifier = ""] of code.matchAll(/["']([./@\w-]+)["']/g)) {
          if (!/^\.?\.?[/@]|^node:|^effect/.test(specifier)) continue
          assert.include(
            files.map((file) => `./${file.name.replace(/\.d\.ts$/, ".js")}`),
            specifier,
            name
          )
        }
        assert.notMatch(code, /\beffect\b|@le-auth|\bnode:|\bNodeJS\b|\bBuffer\b|<reference types/i, name)
      }
    }
  }
}
