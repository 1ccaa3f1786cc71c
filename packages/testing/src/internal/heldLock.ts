/** Locks that somebody holds, for the cases of `RefreshLock`. */
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionKey } from "@le-auth/core/Session"
import { assert } from "chai"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { realSleep } from "./realTime.ts"
import * as Unique from "./unique.ts"

export type Lock = RefreshLock["Service"]

/** The keys that `Sessions` locks by: the texts of session keys. */
export const keyOf = (accountId: string, clientId = "c", subject = "s"): string =>
  new SessionKey({
    accountId: AccountId.make(accountId),
    clientId: ClientId.make(clientId),
    subject: Subject.make(subject)
  }).toString()

export const uniqueKey = Effect.map(Unique.accountText, (account) => keyOf(account))

/** Long enough for another process to come in between, if it can. */
export const aMoment = realSleep("2 millis")

/** Somebody who holds the lock until the gate opens. */
export const hold = Effect.fnUntraced(function* (lock: Lock, key: string) {
  const entered = yield* Deferred.make<void>()
  const gate = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkScoped(
    lock.withLock(key, Effect.andThen(Deferred.succeed(entered, undefined), Deferred.await(gate)))
  )
  yield* Deferred.await(entered)
  return { fiber, open: Deferred.succeed(gate, undefined) }
})

/** Fails by the time limit of the case if the lock is not free. */
export const isFree = (lock: Lock, key: string) =>
  Effect.map(lock.withLock(key, Effect.succeed("entered")), (result) => assert.strictEqual(result, "entered"))
