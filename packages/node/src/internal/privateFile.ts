/**
 * A file that only its user may read: 0600 in a directory 0700, replaced by a rename, not reached through symbolic
 * links.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { makeFolder } from "./folder.ts"

/** Why the file cannot be used, in words that say nothing of its content. */
export class FileProblem extends Data.TaggedError("FileProblem")<{
  readonly problem: string
  readonly cause?: unknown
}> {}

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_WRONLY } = Fs.constants

/** On Windows, modes say nothing; there the user's profile directory protects the file. */
const hasModes = process.platform !== "win32"
const isOpenToOthers = (mode: number): boolean => hasModes && (mode & 0o077) !== 0

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code

const elsewhere = "or set XDG_STATE_HOME to a directory that can be written"

/** What to do about the usual codes of the system. */
const remedies: Readonly<Record<string, string>> = {
  EROFS: `the file system is read-only; make it writable, ${elsewhere}`,
  EACCES: `this user may not do that there; correct the owner and the permissions, ${elsewhere}`,
  EPERM: `this user may not do that there; correct the owner and the permissions, ${elsewhere}`,
  ENOTDIR: `something on the way there is no directory; remove it, ${elsewhere}`,
  EEXIST: `something on the way there is no directory; remove it, ${elsewhere}`,
  EISDIR: "it is a directory; remove it",
  ENOSPC: "the disk is full"
}

/** What went wrong with a file, and what to do. */
export const problemOf = (cause: unknown): FileProblem => {
  if (cause instanceof FileProblem) return cause
  const code = String(codeOf(cause) ?? "failed")
  const remedy = remedies[code]
  return new FileProblem({ problem: remedy === undefined ? code : `${code}: ${remedy}`, cause })
}

/** An operation on files, whose failure says what to do. */
export const usable = <A>(evaluate: () => Promise<A>): Effect.Effect<A, FileProblem> =>
  Effect.tryPromise({ try: evaluate, catch: problemOf })

const statOrNothing = (path: string) =>
  Fs.lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  })

/** Someone who can plant a link would choose where the tokens go. */
const refuseLink = async (path: string): Promise<boolean> => {
  const stat = await statOrNothing(path)
  if (stat?.isSymbolicLink() === true) {
    throw new FileProblem({ problem: `${path} is a symbolic link, which is refused; remove it` })
  }
  return stat !== undefined
}

/** The text of the file; `undefined` if there is none. Tightens permissions that were loosened. */
export const readPrivate = (path: string): Effect.Effect<string | undefined, FileProblem> =>
  usable(async () => {
    await refuseLink(Path.dirname(path))
    if (!(await refuseLink(path))) return undefined
    const file = await Fs.open(path, O_RDONLY | O_NOFOLLOW)
    try {
      const { mode } = await file.stat()
      if (isOpenToOthers(mode)) await file.chmod(0o600)
      return { text: await file.readFile("utf8"), wasOpen: isOpenToOthers(mode) }
    } finally {
      await file.close()
    }
  }).pipe(
    Effect.tap((read) =>
      read?.wasOpen === true
        ? Effect.logWarning(`The file ${path} was readable by others. It is not any more; its tokens may be known.`)
        : Effect.void
    ),
    Effect.map((read) => read?.text)
  )

/** Moves a file out of the way, beside what was moved before, and says where it is now. One at a time may do so. */
export const keepAside = (path: string): Effect.Effect<string, FileProblem> =>
  usable(async () => {
    for (let count = 1; ; count++) {
      const aside = `${path}.unreadable${count === 1 ? "" : `-${count}`}`
      if ((await statOrNothing(aside)) !== undefined) continue
      await Fs.rename(path, aside)
      return aside
    }
  })

/** The bit by which a directory is for all users, such as `/tmp`: what is in it only its owner can remove or rename. */
const shared = 0o1000

/** Makes the directory if there is none, for its user only. One that is for all users stays so. */
export const preparePrivateDirectory = (directory: string): Effect.Effect<void, FileProblem> =>
  usable(async () => {
    makeFolder(directory)
    await refuseLink(directory)
    const { mode } = await Fs.stat(directory)
    if (isOpenToOthers(mode) && (mode & shared) === 0) await Fs.chmod(directory, 0o700)
  })

/** Makes the file, as a whole, in a directory that was prepared. If there is one by now, it stays as it is. */
export const createPrivate = (path: string, text: string): Effect.Effect<void, FileProblem> =>
  usable(async () => {
    const folder = await Fs.mkdtemp(`${path}.`)
    const temporary = Path.join(folder, "new")
    try {
      await Fs.writeFile(temporary, text, { mode: 0o600, flush: true })
      await Fs.link(temporary, path).catch((error: unknown) => {
        if (codeOf(error) !== "EEXIST") throw error
      })
    } finally {
      await Fs.rm(folder, { recursive: true, force: true })
    }
  })

/**
 * Replaces the file as a whole: a crash leaves the old or the new content, never a part. One at a time may do so, in a
 * directory that was prepared.
 */
export const writePrivate = (path: string, text: string): Effect.Effect<void, FileProblem> =>
  usable(async () => {
    await refuseLink(path)
    // Always the same name: what a crash left is replaced, and does not pile up.
    const temporary = `${path}.tmp`
    await Fs.rm(temporary, { force: true })
    try {
      const file = await Fs.open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await Fs.rename(temporary, path)
    } catch (error) {
      await Fs.rm(temporary, { force: true })
      throw error
    }
  })
