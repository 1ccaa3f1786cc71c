/**
 * Locks that the kernel holds for this process, so that they end with it however it ends, even by `kill -9`.
 *
 * Node has no call for them, but the SQLite inside of it takes them (fcntl on POSIX systems, LockFileEx on Windows): a
 * file is locked as long as a write transaction is open in it. Nothing is ever written, so the file stays empty.
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Fs from "node:fs"
import * as Path from "node:path"
import type * as Sqlite from "node:sqlite"
import { FileProblem, preparePrivateDirectory, problemOf } from "./privateFile.ts"

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = Fs.constants

/** One module of Node, loaded with the first lock: most of what a program does needs none. */
let loaded: typeof Sqlite | undefined
const sqlite = (): typeof Sqlite => {
  if (loaded !== undefined) return loaded
  // Node 22 says on stderr that SQLite is experimental, but a lock is all that is used of it. So `process.emitWarning`
  // is silent for this one synchronous call; no other code can warn meanwhile.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    loaded = process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
  return loaded
}

/**
 * Makes the file, for its user only. Without `O_EXCL` a file that is there would be opened, and closing it again would
 * end the locks that this process holds on it: so POSIX wants it.
 */
const make = (path: string): void => {
  try {
    Fs.closeSync(Fs.openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600))
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "EEXIST") throw error
    if (Fs.lstatSync(path).isSymbolicLink()) {
      throw new FileProblem({ problem: `${path} is a symbolic link, which is refused; remove it` })
    }
  }
}

const busy = 5

/** Somebody else has it: SQLITE_BUSY, in any of its forms. */
const isBusy = (error: unknown): boolean => {
  const { errcode } = error as { readonly errcode?: unknown }
  return typeof errcode === "number" && (errcode & 0xff) === busy
}

/** Lets go of a lock. */
export type Release = () => void

/** Takes the lock of a file if it is free; it is at once clear whether it is. Throws if the file cannot be used. */
export const tryHold = (path: string): Release | undefined => {
  make(path)
  const database = new (sqlite().DatabaseSync)(path, { timeout: 0 })
  try {
    // No journal beside the file: there is nothing to roll back.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE")
    return () => database.close()
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

/** How often somebody who waits looks whether the lock is free. */
const looking = Schedule.jittered(Schedule.spaced("20 millis"))

/** What is locked, and how long to wait for it. */
export interface Lock {
  /** For the error, such as `refresh lock`. */
  readonly name: string
  readonly directory: string
  readonly tryHold: () => Release | undefined
  readonly timeout: Duration.Input
}

/** Runs an effect while it holds a lock, waiting from `since` on. The wait can be interrupted. */
export const holding = <A, E, R>(
  lock: Lock,
  since: number,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | StoreError, R> =>
  Effect.suspend(() => {
    const failed = (operation: string) => (cause: unknown) =>
      new StoreError({
        store: lock.name,
        operation: `${operation}: ${problemOf(cause).problem}`,
        cause
      })
    const timeout = Duration.fromInputUnsafe(lock.timeout)
    let release: Release | undefined
    const isHeld = Effect.try({
      try: () => {
        release = lock.tryHold()
        return release !== undefined
      },
      catch: failed("lock")
    })
    const isOver = Effect.map(Clock.currentTimeMillis, (now) => now - since >= Duration.toMillis(timeout))
    const enter = Effect.filterOrFail(
      Effect.repeat(isHeld, { schedule: looking, until: (held) => (held ? Effect.succeed(true) : isOver) }),
      () => release !== undefined,
      () =>
        new StoreError({
          store: lock.name,
          operation: `waited ${Duration.format(timeout)} for another process that holds it`
        })
    )
    return Effect.mapError(preparePrivateDirectory(lock.directory), failed("make its directory")).pipe(
      Effect.andThen(enter),
      Effect.andThen(effect),
      // Also what was taken in the moment of an interruption is released.
      Effect.ensuring(Effect.sync(() => release?.()))
    )
  })

/** A lock that is one file, which stays: for what there is only one of. */
export const ofFile = (name: string, path: string, timeout: Duration.Input): Lock => ({
  name,
  directory: Path.dirname(path),
  tryHold: () => tryHold(path),
  timeout
})
