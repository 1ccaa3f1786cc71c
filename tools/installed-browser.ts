// The browsers of this machine: which of them are new enough for the tests, and what to do where none is.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/**
 * The lowest major versions; CONTRIBUTING.md names them, too. The tests are tried with these and with the newest ones,
 * and use only what both have. Debian still hands out these two to a machine whose package lists are from the summer of
 * 2026, and Firefox ESR 140 was then the current one. What browsers can do changes with major versions only.
 */
export const lowest = { Chromium: 150, Firefox: 140 }

export interface Kind {
  readonly name: keyof typeof lowest
  /** Of the environment, which names one that is never replaced. */
  readonly variable: string
  /** Its package. */
  readonly debian: string
  /** By the names on the PATH. */
  readonly programs: readonly string[]
  /** Whole paths. */
  readonly elsewhere: readonly string[]
}

/** The version in what a browser says of itself. */
export const versionIn = (words: string) => /\d+(?:\.\d+)+/.exec(words)?.[0]

/** @param major the lowest */
export const isNewEnough = (version: string, major: number) => Number.parseInt(version, 10) >= major

/** What is wrong with the browser at a path, if anything. */
function fault({ name }: Kind, path: string) {
  if (!existsSync(path)) return `There is no ${name} at ${path}.`
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 60_000 })
  const version = versionIn(stdout ?? "")
  if (version === undefined) return `${path} does not say its version.`
  if (!isNewEnough(version, lowest[name])) return `${name} ${version} at ${path} is too old.`
  return undefined
}

const chosen = ({ variable }: Kind) => process.env[variable] || undefined

/** The first that is new enough, or why there is none. */
function search(kind: Kind): { path?: string; problem: string } {
  const { debian, elsewhere, name, programs, variable } = kind
  const folders = (process.env["PATH"] ?? "").split(":")
  const found = [...programs.flatMap((program) => folders.map((folder) => `${folder}/${program}`)), ...elsewhere]
  const path = chosen(kind)
  const faults: string[] = []
  for (const each of path === undefined ? found.filter((each) => existsSync(each)) : [path]) {
    const wrong = fault(kind, each)
    if (wrong === undefined) return { path: each, problem: "" }
    faults.push(wrong)
  }
  const advice =
    path === undefined
      ? `npm test installs it where it may (as root, on Debian); or run apt-get update and apt-get install ${debian} yourself, or set ${variable} to the path of another one.`
      : `Set ${variable} to the path of a newer one, or to nothing, for the one that is installed.`
  return { problem: `${faults.join(" ")} The tests need ${name} ${lowest[name]} or newer. ${advice}`.trimStart() }
}

/** Where it is; throws where there is none that is new enough. */
export function locate(kind: Kind) {
  const { path, problem } = search(kind)
  if (path === undefined) throw new Error(problem)
  return path
}

/**
 * Sees to it that there is one, by the first installation that helps; else says what to do, and fails. One that was
 * chosen by the variable is not replaced.
 */
export function provide(kind: Kind, installations: ReadonlyArray<() => unknown>) {
  for (const install of chosen(kind) === undefined ? installations : []) {
    if (search(kind).path !== undefined) return
    install()
  }
  const { path, problem } = search(kind)
  if (path !== undefined) return
  console.error(problem)
  process.exitCode = 1
}
