/** `RefreshLock` over a lock of people's own. */
import { RefreshLock, layerMemory } from "@le-auth/core/RefreshLock"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Lock } from "../Stores.ts"
import { withoutValues } from "./customAnswers.ts"

const name = "custom lock"
const usualTimeout = Duration.minutes(2)

/**
 * Asks for the lock. What the lock runs is no more than a wait for `end`: the work is done by the fiber that asks,
 * once, also if the lock runs it twice. After `end` there is nothing to wait for, so a turn that comes too late is over
 * at once.
 */
const ask = (lock: Lock, key: string) => {
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  let released: Promise<void> = ended
  const entered = new Promise<void>((resolve, reject) => {
    const run = () => {
      resolve()
      return ended
    }
    released = (async () => void (await lock.withLock(key, run)))()
    released.then(() => reject(new Error("it ended, and has not run what it was given")), reject)
  })
  return { entered, released, end }
}

const settled = (promise: Promise<void>, key: string) =>
  Effect.tryPromise({ try: () => promise, catch: (error) => withoutValues(error, [key]) })

/**
 * Within this process callers wait in a queue, and only its head asks the lock. A wait for the lock ends with a
 * `StoreError` after `timeout`, and so does one for a lock that does not let go; that does not replace the result.
 */
export const layer = (lock: Lock, timeout: Duration.Duration = usualTimeout): Layer.Layer<RefreshLock> => {
  const wait = StoreOperation.operations(name, timeout)("withLock")
  const release = StoreOperation.operations(name)("release")
  return Layer.effect(
    RefreshLock,
    Effect.map(Layer.build(layerMemory), (context) => {
      const queue = Context.get(context, RefreshLock)
      return RefreshLock.of({
        withLock: (key, effect) =>
          queue.withLock(
            key,
            Effect.uninterruptibleMask((restore) =>
              Effect.suspend(() => {
                const turn = ask(lock, key)
                const end = Effect.sync(turn.end)
                const letGo = Effect.andThen(end, release(settled(turn.released, key))).pipe(
                  Effect.catch((error) => Effect.logWarning(error.message))
                )
                return restore(wait(settled(turn.entered, key))).pipe(
                  Effect.onError(() => end),
                  Effect.flatMap(() => Effect.onExit(restore(effect), () => letGo))
                )
              })
            )
          )
      })
    })
  )
}
