/**
 * A `RefreshLock` that all processes of one computer share.
 *
 * @since 0.1.0
 */
import * as RefreshLock from "@le-auth/core/RefreshLock"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as KernelLock from "./internal/kernelLock.ts"
import { stateDirectory } from "./internal/stateDirectory.ts"

/**
 * How long {@link layerAt} waits.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * How long to wait for another process before the wait ends with a `StoreError`. Default: 2 minutes, which is longer
   * than a refresh takes with all its repetitions.
   */
  readonly timeout?: Duration.Input | undefined
}

/** A key says who is signed in where, and may have any length and any character. */
const fileOf = (directory: string, key: string): string =>
  Path.join(directory, createHash("sha256").update(key).digest("hex"))

/**
 * The file of a key exists only while somebody holds its lock, so that files do not pile up. Files are opened and
 * removed under the lock of the one file that stays, the gate: else somebody could lock a file that another is just
 * removing, and a third one the new file of the same name. The gate is never held while anybody waits.
 */
const atTheGate = <A>(directory: string, enter: () => A): A | undefined => {
  const leave = KernelLock.tryHold(Path.join(directory, "gate"))
  if (leave === undefined) return undefined
  try {
    return enter()
  } finally {
    leave()
  }
}

const tryHold = (directory: string, key: string): KernelLock.Release | undefined => {
  const file = fileOf(directory, key)
  const release = atTheGate(directory, () => KernelLock.tryHold(file))
  if (release === undefined) return undefined
  return () => {
    const removed = atTheGate(directory, () => {
      release()
      Fs.rmSync(file, { force: true })
      return true
    })
    // No fiber waits here: an empty file that stays does no harm, and goes with the next lock of its key.
    if (removed === undefined) release()
  }
}

/**
 * Locks with files in `directory`, which is made (0700) if it does not exist. Every process that gives the same
 * directory shares the locks, whatever it is: several workers of a server, or commands that a user runs at the same
 * time.
 *
 * The kernel holds the locks, so a process that crashes or is killed releases them at once, and nothing has to be
 * cleaned up or waited out. The directory must be on a disk of this computer: network file systems lock unreliably.
 * Processes on several computers need a lock in what they share, such as their database.
 *
 * Uses the SQLite that is part of Node, without writing anything to the files.
 *
 * @example
 * ```ts
 * import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
 *
 * const locks = FileRefreshLock.layerAt("/run/my-application/locks")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAt = (directory: string, options: Options = {}): Layer.Layer<RefreshLock.RefreshLock> =>
  Layer.effect(
    RefreshLock.RefreshLock,
    Effect.gen(function* () {
      // Within this process everybody waits in a queue, and only its head asks the kernel.
      const queue = Context.get(yield* Layer.build(RefreshLock.layerMemory), RefreshLock.RefreshLock)
      const { timeout = "2 minutes" } = options
      const name = `refresh lock in ${directory}`
      return {
        withLock: (key, effect) =>
          Effect.flatMap(Clock.currentTimeMillis, (since) =>
            queue.withLock(
              key,
              KernelLock.holding({ name, directory, timeout, tryHold: () => tryHold(directory, key) }, since, effect)
            )
          )
      }
    })
  )

/**
 * Locks in the directory `locks` beside the default session file, see `SessionFile.defaultPath` and {@link layerAt}.
 *
 * @example
 * ```ts
 * import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as SessionFile from "@le-auth/node/SessionFile"
 * import * as Layer from "effect/Layer"
 *
 * // A command whose sessions and locks are beside each other.
 * const stores = Layer.merge(FileRefreshLock.layer, Layer.provide(SealedSessionStore.layer, SessionFile.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<RefreshLock.RefreshLock, StoreError> = Layer.unwrap(
  Effect.map(stateDirectory("refresh lock"), (directory) => layerAt(Path.join(directory, "locks")))
)
