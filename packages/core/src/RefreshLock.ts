/**
 * Port: makes sure that only one refresh of a session runs at a time.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { StoreError } from "./StoreError.ts"

/**
 * The contract of an adapter: `withLock(key, effect)` runs the effect while no other effect runs under an equal key,
 * in all processes that share the lock. Different keys do not wait for each other. The lock is released when the
 * effect ends in any way, and when its process dies.
 *
 * A wait for another process may end: then `withLock` fails with a `StoreError`, and the effect never runs.
 *
 * Each refresh runs under the lock of its session, for one attempt. What is stored is guarded by its generation: the
 * lock saves work. Nothing that runs under one lock asks for another.
 *
 * Two refreshes at once with one refresh token look like theft to an authorization server that rotates, and may end
 * the user's session.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}
 * @category services
 * @since 0.1.0
 */
export class RefreshLock extends Context.Service<
  RefreshLock,
  {
    /** Runs an effect under the lock of a key. Fails with a `StoreError` if the lock is not to be had. */
    readonly withLock: <A, E, R>(key: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
  }
>()("@le-auth/core/RefreshLock") {}

/**
 * Locks within this process. With several processes on one `SessionStore`, use a lock that they share.
 *
 * @example
 * ```ts
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as Effect from "effect/Effect"
 *
 * const program = RefreshLock.RefreshLock.use((lock) => lock.withLock("a session", Effect.succeed("refreshed")))
 *
 * Effect.provide(program, RefreshLock.layerMemory) // => "refreshed"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<RefreshLock> = Layer.sync(RefreshLock, () => {
  const locks = new Map<string, { readonly semaphore: Semaphore.Semaphore; users: number }>()
  return {
    withLock: (key, effect) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const lock = locks.get(key) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
          lock.users += 1
          locks.set(key, lock)
          return lock
        }),
        (lock) => lock.semaphore.withPermits(1)(effect),
        (lock) =>
          Effect.sync(() => {
            lock.users -= 1
            if (lock.users === 0) locks.delete(key)
          })
      )
  }
})
