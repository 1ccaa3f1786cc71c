/** What one session may have, on every store: it pushes out what is its own, and nothing of anybody else (R39). */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"

const hour = 3_600_000
const now = 4_000_000_000_000
const owner = { accountId: "quotas", clientId: "client" }

const sessionOf = (id: string) => ({
  id,
  accountId: owner.accountId,
  userId: `user of ${id}`,
  createdAt: now,
  lastSeenAt: now,
  idleExpiresAt: now + 8 * hour,
  expiresAt: now + 24 * hour
})

const codeOf = (session: string, name: string) => ({
  id: `${session} code ${name}`,
  grant: {
    ...owner,
    id: `${session} grant ${name}`,
    userId: `user of ${session}`,
    sessionId: session,
    createdAt: now,
    nonce: undefined
  },
  redirectUri: undefined,
  codeChallenge: undefined,
  expiresAt: now + 60_000
})

const redemption = (session: string, name: string) => ({
  ...owner,
  id: `${session} code ${name}`,
  redirectUri: undefined,
  codeChallenge: undefined,
  tokens: {
    accessId: `${session} access ${name}`,
    accessExpiresAt: now + 8 * hour,
    refreshId: `${session} refresh ${name}`,
    sessionIdleExpiresAt: now + 8 * hour
  }
})

const range = (length: number) => Array.from({ length }, (_, index) => `${index}`)

export const provesQuotas = <E>(name: string, layer: Layer.Layer<SentinelStore | StoreInspection, E>): void => {
  const begin = Effect.fnUntraced(function* (store: SentinelStore["Service"], kind: string) {
    const session = `${kind} ${randomUUID()}`
    yield* store.createSession(sessionOf(session), now)
    return session
  })

  describe(`quotas: ${name}`, () => {
    it.effect("R39: of 40 codes of one session the newest 16 can be redeemed; no code of another session goes", () =>
      Effect.gen(function* () {
        const store = yield* SentinelStore
        const inspection = yield* StoreInspection
        const other = yield* begin(store, "other")
        yield* store.issueCode(codeOf(other, "kept"), now)
        const session = yield* begin(store, "session")
        // One that was redeemed does not count.
        yield* store.issueCode(codeOf(session, "redeemed"), now)
        yield* store.redeemCode(redemption(session, "redeemed"), now)
        const codes = range(40)
        for (const code of codes) assert.strictEqual(yield* store.issueCode(codeOf(session, code), now), "Issued")
        const { newest } = yield* inspection.families({ now, limit: 1000, onlyAlive: false })
        const own = newest.filter(({ grant }) => grant.sessionId === session)
        assert.lengthOf(own, 17, "a grant is kept longer than its code")
        for (const [index, code] of codes.entries()) {
          const { _tag } = yield* store.redeemCode(redemption(session, code), now)
          assert.strictEqual(_tag, index < codes.length - 16 ? "Missing" : "Won", `code ${code}`)
        }
        assert.strictEqual((yield* store.redeemCode(redemption(other, "kept"), now))._tag, "Won")
        assert.strictEqual((yield* store.redeemCode(redemption(session, "redeemed"), now))._tag, "Lost", "R40")
      }).pipe(Effect.provide(layer))
    )

    it.effect("R39: of 260 grants of one session the oldest four end, and no grant of another session", () =>
      Effect.gen(function* () {
        const store = yield* SentinelStore
        const other = yield* begin(store, "other")
        yield* store.issueCode(codeOf(other, "kept"), now)
        yield* store.redeemCode(redemption(other, "kept"), now)
        const session = yield* begin(store, "session")
        const grants = range(260)
        for (const grant of grants) {
          yield* store.issueCode(codeOf(session, grant), now)
          assert.strictEqual((yield* store.redeemCode(redemption(session, grant), now))._tag, "Won")
        }
        for (const [index, grant] of grants.entries()) {
          const found = yield* store.findAccess(`${session} access ${grant}`, now)
          assert.strictEqual(Option.isSome(found), index >= 4, `grant ${grant}`)
        }
        assert.isTrue(Option.isSome(yield* store.findAccess(`${other} access kept`, now)))
      }).pipe(Effect.provide(layer))
    )
  })
}
