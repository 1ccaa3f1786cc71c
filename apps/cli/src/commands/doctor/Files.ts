/**
 * Checks that the files on this computer are private and can be written. Changes nothing.
 */
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as PrivateDocument from "@le-auth/node/PrivateDocument"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { text, type Text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"

/** Also undefined if something on the way is not a directory. */
const statOf = (path: string): Fs.Stats | undefined => {
  try {
    return Fs.lstatSync(path)
  } catch {
    return undefined
  }
}

/** On Windows, modes say nothing; there the user's profile directory protects its files. */
const openTo = ({ mode }: Fs.Stats): number => (process.platform === "win32" ? 0 : mode & 0o077)

const permissions = (path: string, stat: Fs.Stats, expected: { readonly directory: boolean }): Finding.Finding => {
  const what = stat.isDirectory() ? "directory" : "file"
  if (stat.isSymbolicLink()) {
    return Finding.problem(
      what,
      "storage",
      text`${path} is a symbolic link, which is refused.`,
      text`Remove it: rm '${path}'`
    )
  }
  if (stat.isDirectory() !== expected.directory) {
    return Finding.problem(
      what,
      "storage",
      text`${path} is ${stat.isDirectory() ? "a directory where a file" : "a file where a directory"} belongs.`,
      text`Move it away.`
    )
  }
  if (process.getuid !== undefined && stat.uid !== process.getuid()) {
    return Finding.problem(
      what,
      "storage",
      text`${path} belongs to another user.`,
      text`Give it back with chown, or set XDG_STATE_HOME to a directory of yours.`
    )
  }
  if (openTo(stat) !== 0) {
    const mode = stat.isDirectory() ? "700" : "600"
    return Finding.problem(
      what,
      "storage",
      text`${path} is open to others (${(stat.mode & 0o777).toString(8)}); its content may be known.`,
      text`Close it with chmod ${mode} '${path}', then end the sessions with le-auth logout --everywhere.`
    )
  }
  return Finding.good(what, text`${path} is for its user only.`)
}

const existing = (path: string): string => (statOf(path) === undefined ? existing(Path.dirname(path)) : path)

const writable = (directory: string): Finding.Finding => {
  try {
    // The slash refuses a file.
    Fs.accessSync(`${existing(directory)}/`, Fs.constants.W_OK)
    return Finding.good("directory", text`${directory} can be written.`)
  } catch {
    return Finding.problem(
      "directory",
      "storage",
      text`${directory} cannot be written, so no session can be kept.`,
      text`Correct its owner and permissions, or set XDG_STATE_HOME to a directory that can be written.`
    )
  }
}

/** Checks the content of a file that has a list and a version. */
const content = (path: string, list: string, lost: Text): ReadonlyArray<Finding.Finding> => {
  try {
    const { [list]: found, version } = JSON.parse(Fs.readFileSync(path, "utf8"))
    if (typeof version === "number" && version > 1) {
      return [Finding.problem("file", "storage", text`${path} was written by a newer le-auth.`, text`Update le-auth.`)]
    }
    if (Array.isArray(found)) return []
  } catch {
    // As unreadable as a file with other content.
  }
  return [
    Finding.warning(
      "file",
      text`${path} is damaged, so ${lost}.`,
      text`The next le-auth login puts it aside, as ${path}.unreadable, and writes a new one.`
    )
  ]
}

export const check = Effect.gen(function* () {
  const sessions = yield* PrivateDocument.defaultPath("sessions.json")
  const appTokens = yield* AppTokenFile.defaultPath
  const profiles = yield* PrivateDocument.defaultPath("profiles.json")
  const key = yield* PrivateDocument.defaultPath("seal-key")
  const directory = Path.dirname(sessions)
  const found = [directory, sessions, appTokens, key, profiles].flatMap((path) => {
    const stat = statOf(path)
    return stat === undefined ? [] : [permissions(path, stat, { directory: path === directory })]
  })
  const isFile = (path: string) => statOf(path)?.isFile() === true
  return [
    writable(directory),
    ...found,
    ...(isFile(sessions) ? content(sessions, "sessions", text`its sessions cannot be read`) : []),
    ...(isFile(appTokens) ? content(appTokens, "tokens", text`its app tokens cannot be read`) : []),
    ...(isFile(profiles) ? content(profiles, "profiles", text`its profiles cannot be read`) : [])
  ]
}).pipe(Finding.orProblem("directory"))
