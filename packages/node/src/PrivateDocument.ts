/**
 * A JSON document in a file of the user's that other processes of the user change, too.
 *
 * @since 0.1.0
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as KernelLock from "./internal/kernelLock.ts"
import { type FileProblem, preparePrivateDirectory, readPrivate, usable, writePrivate } from "./internal/privateFile.ts"
import { stateDirectory } from "./internal/stateDirectory.ts"

/** A change takes some milliseconds, so whoever waits longer waits for a process that is stopped. */
const patience = "10 seconds"

const failed = (name: string, path: string) => (operation: string) => (problem: FileProblem) =>
  new StoreError({
    store: `${name} ${path}`,
    operation: `${operation}: ${problem.problem}`,
    ...(problem.cause === undefined ? {} : { cause: problem.cause })
  })

/**
 * @since 0.1.0
 */
export interface PrivateDocument<A> {
  /** What the document says now. */
  readonly read: Effect.Effect<A, StoreError>
  /** Reads, changes and writes as one step for all processes. What `change` gives is written, unless it is `undefined`. */
  readonly update: (change: (content: A) => A | undefined) => Effect.Effect<void, StoreError>
}

/**
 * The document at `path`. `parse` gets `undefined` if there is no file yet, and makes something of whatever else it gets: a
 * damaged file is no error.
 *
 * The file is readable and writable by its user only (0600, in a directory 0700; on Windows the user's directory protects
 * it), replaced as a whole by a rename, and never reached through a symbolic link.
 *
 * Any number of processes may change it at the same time, and none loses what another wrote: changes are made under a lock
 * that the kernel holds on the empty file `path.lock`, and that ends with its process. That takes a disk of this computer,
 * not a network file system.
 *
 * @since 0.1.0
 */
export const make = <A>(options: {
  /** What it is, for errors: `session file`. */
  readonly name: string
  readonly path: string
  readonly parse: (text: string | undefined) => Effect.Effect<A>
  readonly encode: (content: A) => string
}): PrivateDocument<A> => {
  const { encode, name, parse, path } = options
  const storeError = failed(name, path)
  const read = Effect.flatMap(Effect.mapError(readPrivate(path), storeError("read")), parse)

  /** Within this process everybody waits in a queue. */
  const lock = KernelLock.ofFile(`${name} ${path}`, `${path}.lock`, patience)
  const queue = Semaphore.makeUnsafe(1)

  return {
    read,
    update: (change) => {
      const changed = Effect.gen(function* () {
        const content = change(yield* read)
        if (content === undefined) return
        yield* Effect.mapError(writePrivate(path, `${encode(content)}\n`), storeError("write"))
      })
      return Effect.flatMap(Clock.currentTimeMillis, (since) =>
        queue.withPermits(1)(KernelLock.holding(lock, since, Effect.uninterruptible(changed)))
      )
    }
  }
}

/**
 * Fails, with what to do, if the document at `path` could not be written now.
 *
 * @since 0.1.0
 */
export const checkWritable = (name: string, path: string): Effect.Effect<void, StoreError> =>
  Effect.andThen(
    preparePrivateDirectory(Path.dirname(path)),
    usable(() => Fs.access(Path.dirname(path), Fs.constants.W_OK))
  ).pipe(Effect.mapError(failed(name, path)("write")))

/**
 * Where le-auth keeps a file of the user's: `$XDG_STATE_HOME/le-auth`, by default below `~/.local/state`, on macOS below
 * `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 *
 * @since 0.1.0
 */
export const defaultPath = (file: string): Effect.Effect<string, StoreError> =>
  Effect.map(stateDirectory(file), (directory) => Path.join(directory, file))
