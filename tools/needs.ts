// What tests need beside Node and npm's packages. It follows from the files that a test names, to import them or to run
// them: one that names chromium.ts needs Chromium. So no list can be out of date.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The programs by the modules that find, install and start them. `node <module>` installs what is missing. */
export const programs: Readonly<Record<string, string>> = {
  chromium: "tools/chromium.ts",
  firefox: "tools/firefox.ts",
  redis: "tools/redis.ts",
  postgres: "tools/postgres.ts",
  keychain: "tools/keyring.ts",
  shells: "tools/shells.ts",
  python: "tools/python.ts"
}

/**
 * What need not be installed, but takes its time: SQLite, which comes with Node, npm's registry, for packages that are
 * installed as users do, and a copy of the repository.
 */
const others: Readonly<Record<string, string>> = {
  sqlite: "packages/node/test/stores/Engines.ts",
  registry: "tools/tarballs.ts",
  copy: "tools/working-copy.ts"
}

/**
 * How tests start our code in processes of its own: the command, the example application, and programs over an adapter.
 */
const starters = [
  "apps/cli/test/Cli.ts",
  "apps/server/test/Program.ts",
  "apps/server/test/Start.ts",
  "packages/node/test/Processes.ts",
  "packages/node/test/SqliteFile.ts",
  "packages/server/test/migration/Program.ts"
]

/**
 * The targets of Nx that run tests: those that need nothing but Node, those that also start processes, and the rest.
 */
export const testTargets = ["test", "e2e", "integration"] as const

/** A test that runs in each browser alike needs one of them. */
const anyBrowser = { module: "packages/browser/test/browsers/each.ts", of: ["chromium", "firefox"] }

/** What only Linux has: it comes from Debian's packages, and nothing of ours installs it elsewhere. */
const onlyOnLinux = new Set(["redis", "keychain", "shells", "python"])

/**
 * What the developer has no use for or cannot have: `LE_AUTH_TEST_WITHOUT=firefox,keychain`. CI leaves nothing out that
 * its system can have, so on Linux nothing at all.
 */
export function leftOut(
  env: Record<string, string | undefined> = process.env,
  platform: string = process.platform
): ReadonlyArray<string> {
  const names = (env["LE_AUTH_TEST_WITHOUT"] ?? "").split(",").flatMap((name) => name.trim() || [])
  const unknown = names.filter((name) => !Object.hasOwn(programs, name))
  if (unknown.length > 0) {
    throw new Error(
      `LE_AUTH_TEST_WITHOUT: nothing is called ${unknown.join(" or ")}. Choose of ${Object.keys(programs).join(", ")}.`
    )
  }
  const possible = names.filter((name) => platform === "linux" || !onlyOnLinux.has(name))
  if (possible.length > 0 && env["CI"]) {
    throw new Error(
      `LE_AUTH_TEST_WITHOUT: CI leaves nothing out that its system can have, and ${platform} can have ${possible.join(" and ")}.`
    )
  }
  return names
}

/** Whether a program is left out. */
export const isLeftOut = (name: string) => leftOut().includes(name)

/** The folders that have tests: `packages/core`, …, `tools`. */
export const folders = () =>
  [
    ...fs.globSync("{packages,apps}/*/package.json", { cwd: root }).map((file) => path.dirname(file)),
    "tools"
  ].toSorted()

interface TestFile {
  readonly file: string
  /** Names of programs, and of others. */
  readonly needs: ReadonlyArray<string>
  /** Which target runs it. */
  readonly target: (typeof testTargets)[number]
  /** Whether it cannot run without what is left out. */
  readonly isLeftOut: boolean
}

/** The test files of a folder. */
export function testFiles(folder: string): ReadonlyArray<TestFile> {
  const without = leftOut()
  return fs
    .globSync(`${folder}/test/**/*.test.ts`, { cwd: root })
    .toSorted()
    .map((file) => {
      const modules = reached(file)
      const either = modules.has(anyBrowser.module)
      const needs = Object.entries({ ...programs, ...others }).flatMap(([name, module]) =>
        modules.has(module) ? [name] : []
      )
      const lacks = needs.filter((name) => without.includes(name) && !(either && anyBrowser.of.includes(name)))
      const hasBrowser = !either || anyBrowser.of.some((name) => !without.includes(name))
      const target = needs.length > 0 ? "integration" : starters.some((file) => modules.has(file)) ? "e2e" : "test"
      return { file, needs, target, isLeftOut: lacks.length > 0 || !hasBrowser }
    })
}

const named = new Map<string, ReadonlyArray<string>>()

/** The files of the repository that a file names in its text, and those that they name. */
function reached(from: string) {
  const found = new Set([from])
  for (const file of found) {
    if (Object.values(programs).includes(file)) continue
    let next = named.get(file)
    if (next === undefined) {
      const text = fs.readFileSync(path.join(root, file), "utf8")
      next = [...text.matchAll(/"([\w./-]+\.(?:ts|mjs))"/g)]
        .map(([, name = ""]) => path.posix.join(path.posix.dirname(file), name))
        .filter((name) => fs.existsSync(path.join(root, name)))
      named.set(file, next)
    }
    for (const name of next) found.add(name)
  }
  return found
}
