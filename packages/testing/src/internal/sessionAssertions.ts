/** What the cases of `SessionStore` look at. */
import type { AccountId } from "@le-auth/core/Identifiers"
import { Session, SessionKey } from "@le-auth/core/Session"
import type { SessionStore } from "@le-auth/core/SessionStore"
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Samples from "./sampleSessions.ts"

export const isNone = (found: Option.Option<Session>, why: string) =>
  assert.isTrue(Option.isNone(found), `${why}: there was a session`)

export const isFound = (found: Option.Option<Session>, session: Session, why: string) => {
  if (Option.isNone(found)) return assert.fail(`${why}: there was no session`)
  const said = `${why}: what was given is not a Session, decode it with the schema`
  assert.instanceOf(found.value, Session, said)
  assert.instanceOf(found.value.key, SessionKey, said)
  assert.deepStrictEqual(Samples.plainOf(found.value), Samples.plainOf(session), why)
}

export const isListed = Effect.fnUntraced(function* (
  store: SessionStore["Service"],
  accountId: AccountId,
  keys: ReadonlyArray<SessionKey>,
  why: string
) {
  const texts = (keys: ReadonlyArray<SessionKey>) => keys.map((key) => new SessionKey({ ...key }).toString()).toSorted()
  assert.deepStrictEqual(texts(yield* store.list(accountId)), texts(keys), why)
})
