/** What a refresh asks of LivePerson, what its answer may undo, and which callers wait for it. */
import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import { Origin } from "@le-auth/core/Origin"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import type { SessionKey } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import { SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { json, jwt, layer, layerWith, oauthError, type Sent, signIn, tokens, Wire } from "./ScriptedSentinel.ts"

const text = (token: Redacted.Redacted) => Redacted.value(token)
/** A sign-in, after which so much time has passed that a refresh is one. */
const signedIn = Effect.gen(function* () {
  const { session } = yield* signIn
  yield* TestClock.adjust("6 seconds")
  return session
})
const { refresh } = Sessions
const isStored = (key: SessionKey) =>
  Effect.map(
    SessionStore.use((store) => store.get(key)),
    Option.isSome
  )
const refreshes = Effect.map(Wire, (wire) =>
  wire.to("/token").filter(({ form }) => form.get("grant_type") === "refresh_token")
)
/** Whatever can go on without the clock does so. */
const settled = Effect.promise(async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
})
const all = <A, E, R>(times: number, effect: Effect.Effect<A, E, R>) =>
  Effect.all(
    Array.from({ length: times }, () => effect),
    { concurrency: "unbounded" }
  )

describe("D13: a refresh token is not sent again where it may be spent", () => {
  for (const [status, headers, usually, always] of [
    [429, {}, 2, 2],
    [429, { "retry-after": "1" }, 2, 2],
    [500, {}, 1, 2],
    [500, { "retry-after": "1" }, 1, 2],
    [502, {}, 1, 2],
    [503, {}, 1, 2],
    [503, { "retry-after": "1" }, 2, 2],
    [504, { "retry-after": "1" }, 1, 2],
    [400, {}, 1, 1]
  ] as const) {
    for (const repeatRefresh of [undefined, "always"] as const) {
      it.effect(`${status} ${JSON.stringify(headers)}, repeated ${repeatRefresh ?? "as usual"}`, () =>
        Effect.gen(function* () {
          const { key, refreshToken } = yield* signedIn
          ;(yield* Wire).next("/token", json({}, status, headers))
          const refreshing = yield* Effect.forkChild(Effect.exit(refresh(key)))
          yield* TestClock.adjust("30 seconds")
          yield* Fiber.join(refreshing)
          const sent = (yield* refreshes).map(({ form }) => form.get("refresh_token"))
          const times = repeatRefresh === "always" ? always : usually
          assert.deepStrictEqual(
            sent,
            Array.from({ length: times }, () => text(refreshToken!))
          )
        }).pipe(Effect.provide(layerWith({ sessions: { repeatRefresh } })))
      )
    }
  }

  it.effect("a 5xx that had rotated it does not end the session", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      ;(yield* Wire).next("/token", json({}, 503), oauthError("invalid_grant"))
      assert.strictEqual((yield* Effect.flip(refresh(key)))._tag, "TokenError")
      assert.isTrue(yield* isStored(key))
    }).pipe(Effect.provide(layer))
  )
})

describe("D13: a refresh is repeated", () => {
  for (const [what, answer, pauses] of [
    ["5, 10 and 15 seconds after server errors", json({}, 503, { "retry-after": "1" }), [5000, 10_000, 15_000]],
    ["5 seconds after each 429", json({}, 429), [5000, 5000, 5000]]
  ] as const) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { key } = yield* signedIn
        ;(yield* Wire).next("/token", answer, answer, answer)
        const refreshing = yield* Effect.forkChild(refresh(key))
        yield* settled
        for (const [index, pause] of pauses.entries()) {
          yield* TestClock.adjust(pause - 1)
          yield* settled
          assert.strictEqual((yield* refreshes).length, index + 1)
          yield* TestClock.adjust(1)
          yield* settled
          assert.strictEqual((yield* refreshes).length, index + 2)
        }
        yield* Fiber.join(refreshing)
      }).pipe(Effect.provide(layer))
    )
  }
})

describe("G5: a sign-out does not wait", () => {
  const busy = json({}, 503, { "retry-after": "10" })
  const silent = () => Effect.never
  for (const [what, answer] of [
    ["pauses before it repeats", busy],
    ["waits for Sentinel", silent]
  ] as const) {
    it.effect(`signing out and signing in while a refresh ${what}`, () =>
      Effect.gen(function* () {
        const { key } = yield* signedIn
        ;(yield* Wire).next("/token", answer)
        const refreshing = yield* Effect.forkChild(Effect.flip(refresh(key)))
        yield* TestClock.adjust("1 second")
        // Neither needs the clock to go on.
        const again = (yield* signIn).session
        assert.strictEqual(again.key.toString(), key.toString())
        assert.isTrue(yield* isStored(key))
        yield* Sessions.forget(key)
        yield* TestClock.adjust("2 minutes")
        yield* Fiber.join(refreshing)
        assert.isFalse(yield* isStored(key))
      }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" } })))
    )

    it.effect(`revoking while a refresh ${what} takes one request's limit at most`, () =>
      Effect.gen(function* () {
        const { key, refreshToken } = yield* signedIn
        ;(yield* Wire).next("/token", answer)
        const refreshing = yield* Effect.forkChild(Effect.flip(refresh(key)))
        yield* TestClock.adjust("1 second")
        const leaving = yield* Effect.forkChild(Sessions.revokeEverywhere(key))
        yield* settled
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(leaving)
        assert.isFalse(yield* isStored(key))
        assert.strictEqual((yield* Wire).to("/revoke").at(-1)!.form.get("token"), text(refreshToken!))
        yield* TestClock.adjust("2 minutes")
        yield* Fiber.join(refreshing)
        assert.isFalse(yield* isStored(key))
      }).pipe(Effect.provide(layer))
    )
  }

  it.effect("revoking waits for the token that a refresh is about to bring", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      ;(yield* Wire).next("/token", (sent) => Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0))()))
      const refreshing = yield* Effect.forkChild(refresh(key))
      yield* TestClock.adjust("1 second")
      const leaving = yield* Effect.forkChild(Sessions.revokeEverywhere(key))
      yield* settled
      yield* TestClock.adjust("5 seconds")
      const renewed = yield* Fiber.join(refreshing)
      yield* Fiber.join(leaving)
      assert.strictEqual((yield* Wire).to("/revoke")[0]!.form.get("token"), text(renewed.refreshToken!))
      assert.isFalse(yield* isStored(key))
    }).pipe(Effect.provide(layer))
  )

  for (const [what, withLock] of [
    ["fails", () => Effect.fail(new StoreError({ store: "lock", operation: "lock" }))],
    ["never comes", () => Effect.never]
  ] as const) {
    it.effect(`revoking with a lock that ${what}`, () =>
      Effect.gen(function* () {
        const { key, refreshToken } = yield* signedIn
        const leaving = yield* Effect.forkChild(Sessions.revokeEverywhere(key))
        yield* settled
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(leaving)
        assert.isFalse(yield* isStored(key))
        assert.strictEqual((yield* Wire).to("/revoke")[0]!.form.get("token"), text(refreshToken!))
      }).pipe(Effect.provide(layerWith({ lock: Layer.succeed(RefreshLock, { withLock }) })))
    )
  }

  it.effect("a caller that is interrupted while it waits has left all the same", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const leaving = yield* Effect.forkChild(Sessions.revokeEverywhere(key))
      yield* settled
      yield* Fiber.interrupt(leaving)
      assert.isFalse(yield* isStored(key))
    }).pipe(Effect.provide(layerWith({ lock: Layer.succeed(RefreshLock, { withLock: () => Effect.never }) })))
  )
})

describe("E8: an id_token in the answer of a refresh", () => {
  const good = { aud: "11111111-1111-4111-8111-111111111111", iss: "sentinel", iat: 0, exp: 600 }
  for (const [reason, idToken] of [
    ["Malformed", () => "x.y.z"],
    ["UnsupportedAlgorithm", (sub: string) => jwt({ ...good, sub }, { alg: "none" })],
    ["UnknownKey", (sub: string) => jwt({ ...good, sub }, { alg: "RS256", kid: "unknown" })],
    ["BadSignature", (sub: string) => `${jwt({ ...good, sub }).slice(0, -8)}AAAAAAAA`],
    ["WrongAudience", (sub: string) => jwt({ ...good, sub, aud: "other" })],
    ["WrongIssuer", (sub: string) => jwt({ ...good, sub, iss: "other" })],
    ["Expired", (sub: string) => jwt({ ...good, sub, exp: -600 })],
    ["IssuedInTheFuture", (sub: string) => jwt({ ...good, sub, iat: 6_000 })]
  ] as const) {
    it.effect(`${reason}: the session and its new tokens stay, with the claims of the sign-in`, () =>
      Effect.gen(function* () {
        const { claims, key } = yield* signedIn
        ;(yield* Wire).next("/token", (sent) => json(tokens(sent, 0, { id_token: idToken(key.subject) }))())
        const renewed = yield* refresh(key)
        const stored = Option.getOrThrow(yield* SessionStore.use((store) => store.get(key)))
        assert.strictEqual(text(stored.refreshToken!), text(renewed.refreshToken!))
        assert.deepStrictEqual({ ...stored.claims }, { ...claims })
      }).pipe(Effect.provide(layerWith({ sessions: { requireVerifiedIdToken: true } })))
    )
  }
})

describe("F6: an access token", () => {
  for (const [failsAfter, expected] of [
    [1999, "its token"],
    [2000, "TokenError"],
    [2001, "TokenError"]
  ] as const) {
    it.effect(`with 2 seconds left, whose refresh fails after ${failsAfter} ms: ${expected}`, () =>
      Effect.gen(function* () {
        const session = yield* signedIn
        yield* TestClock.setTime(session.expiresAt - 2000)
        ;(yield* Wire).next("/token", () => Effect.as(Effect.sleep(failsAfter), json({}, 500)()))
        const using = yield* Effect.forkChild(
          Effect.match(Sessions.accessToken(session.key), {
            onFailure: ({ _tag }) => _tag,
            onSuccess: (token) => (text(token) === text(session.accessToken) ? "its token" : "another")
          })
        )
        yield* TestClock.adjust(failsAfter)
        assert.strictEqual(yield* Fiber.join(using), expected)
      }).pipe(Effect.provide(layer))
    )
  }
})

describe("F5: invalid_client", () => {
  it.effect("leaves the session while its access token is good, and then asks for a new sign-in", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const session = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      wire.next("/token", oauthError("invalid_client", 401))
      assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      yield* TestClock.adjust("8 hours")
      wire.next("/token", oauthError("invalid_client", 401))
      const error = yield* Effect.flip(Sessions.accessToken(session.key))
      assert(error._tag === "TokenError" && error.reason._tag === "InvalidClient")
      assert.isTrue(error.startAgain)
      assert.match(error.message, /session has ended, or the application's credentials have changed/)
      assert.isTrue(yield* isStored(session.key))
    }).pipe(Effect.provide(layer))
  )
})

describe("F3: calls of others do not become calls to LivePerson", () => {
  it.effect("100 that ask for a refresh at the same time share one", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      ;(yield* Wire).next("/token", (sent) => Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0))()))
      const many = yield* Effect.forkChild(all(100, refresh(key)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(new Set((yield* Fiber.join(many)).map((session) => session.generation)).size, 1)
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("100 that wait for a token share one that is over when it comes", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      yield* TestClock.adjust("9 hours")
      ;(yield* Wire).next("/token", (sent) =>
        Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0, { expires_in: 0 }))())
      )
      const many = yield* Effect.forkChild(all(100, Sessions.accessToken(key)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(new Set((yield* Fiber.join(many)).map(text)).size, 1)
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("they also share its failure, and the next one asks again", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      ;(yield* Wire).next("/token", () => Effect.as(Effect.sleep("5 seconds"), json({}, 500)()))
      const many = yield* Effect.forkChild(Effect.exit(all(100, Effect.flip(refresh(key)))))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(many))._tag, "Success")
      assert.strictEqual((yield* refreshes).length, 1)
      yield* refresh(key)
    }).pipe(Effect.provide(layer))
  )

  it.effect("within 5 seconds after the tokens came, the session is given as it is", () =>
    Effect.gen(function* () {
      const { key } = (yield* signIn).session
      yield* TestClock.adjust(4_999)
      yield* refresh(key)
      assert.strictEqual((yield* refreshes).length, 0)
      yield* TestClock.adjust(1)
      yield* refresh(key)
      yield* refresh(key)
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("but not if they are over already", () =>
    Effect.gen(function* () {
      ;(yield* Wire).next("/token", (sent) => json(tokens(sent, 0, { expires_in: 1 }))())
      const { key } = (yield* signIn).session
      yield* TestClock.adjust("1 second")
      yield* refresh(key)
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("nor if they came later than it is now, as it looks when a clock was set back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000)
      const { key } = (yield* signIn).session
      yield* TestClock.setTime(9000)
      yield* refresh(key)
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("and that needs no lock", () =>
    Effect.gen(function* () {
      const { key } = (yield* signIn).session
      yield* refresh(key)
      assert.strictEqual((yield* refreshes).length, 0)
    }).pipe(
      Effect.provide(
        layerWith({
          lock: Layer.succeed(RefreshLock, {
            withLock: () => Effect.fail(new StoreError({ store: "lock", operation: "lock" }))
          })
        })
      )
    )
  )

  it.effect("the failure of one session's refresh is not that of a sign-in that came meanwhile", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const short = (sent: Sent) => json(tokens(sent, 0, { expires_in: 1 }))()
      wire.next("/token", short)
      const { key } = (yield* signIn).session
      yield* TestClock.adjust("6 seconds")
      wire.next("/token", () => Effect.as(Effect.sleep("5 seconds"), json({}, 500)()))
      const first = yield* Effect.forkChild(Effect.flip(Sessions.accessToken(key)))
      const second = yield* Effect.forkChild(Sessions.accessToken(key))
      yield* settled
      wire.next("/token", short)
      const again = (yield* signIn).session
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(first))._tag, "TokenError")
      assert.strictEqual(text(yield* Fiber.join(second)), text(again.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" } })))
  )

  it.effect("20 that lost their connection for a dead token get another one by one refresh", () =>
    Effect.gen(function* () {
      const { accessToken, key } = (yield* signIn).session
      const renewed = yield* all(20, Sessions.renew(key, { unless: accessToken }))
      assert.strictEqual((yield* refreshes).length, 1)
      const [first] = renewed
      for (const session of renewed) assert.strictEqual(text(session.accessToken), text(first!.accessToken))
      assert.notStrictEqual(text(first!.accessToken), text(accessToken))
      // A token is another one at any time.
      yield* Sessions.renew(key, { unless: first!.accessToken })
      assert.strictEqual((yield* refreshes).length, 2)
    }).pipe(Effect.provide(layer))
  )
})

describe("J5: while the Domain API cannot be asked", () => {
  /** Another node, whose `Domains` has not asked anything yet. */
  const onAnotherNode = <A, E>(
    domains: Partial<Domains.Domains["Service"]>,
    use: Effect.Effect<A, E, Sessions.Sessions>
  ) =>
    Effect.gen(function* () {
      const unavailable = new Domains.DomainsError({ reason: new Domains.Unavailable({ problem: "down" }) })
      const stub = Layer.succeed(Domains.Domains, {
        resolve: () => Effect.fail(unavailable),
        list: () => Effect.fail(unavailable),
        allows: () => true,
        isLocal: () => false,
        forBrowser: (sentinel) => sentinel,
        ...domains
      })
      const node = Layer.fresh(Sessions.layer).pipe(
        Layer.provide(Layer.merge(Layer.effectContext(Effect.context<SessionStore>()), stub))
      )
      return yield* Effect.provide(use, node)
    })

  it.effect("a refresh and a revocation go to the Sentinel that gave the tokens", () =>
    Effect.gen(function* () {
      const { key, sentinel } = yield* signedIn
      yield* onAnotherNode({}, refresh(key))
      assert.strictEqual((yield* refreshes)[0]!.url.origin, sentinel)
      yield* onAnotherNode({}, Sessions.revokeEverywhere(key))
      assert.strictEqual((yield* Wire).to("/revoke")[0]!.url.origin, sentinel)
    }).pipe(Effect.provide(layer))
  )

  it.effect("a session that does not say which Sentinel that was has to wait for it", () =>
    Effect.gen(function* () {
      const { sentinel: _, ...session } = yield* signedIn
      yield* SessionStore.use((store) => store.set(session, "any"))
      assert.strictEqual((yield* Effect.flip(onAnotherNode({}, refresh(session.key))))._tag, "DomainsError")
    }).pipe(Effect.provide(layer))
  )

  it.effect("and when it can be, it says where the account's Sentinel is now", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const moved = Origin.make("https://sentinel-moved.liveperson.net")
      const resolve: Domains.Domains["Service"]["resolve"] = (_, service) =>
        service === "sentinel" ? Effect.succeed(moved) : Effect.die(`${service} was not asked for`)
      yield* onAnotherNode({ resolve }, refresh(key))
      assert.strictEqual((yield* refreshes)[0]!.url.origin, moved)
    }).pipe(Effect.provide(layer))
  )

  it.effect("unless its host is not allowed any more, or the Domain API has said something else", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const refused = new Domains.DomainsError({ reason: new Domains.HostNotAllowed({ host: "evil.example" }) })
      for (const domains of [{ allows: () => false }, { resolve: () => Effect.fail(refused) }]) {
        assert.strictEqual((yield* Effect.flip(onAnotherNode(domains, refresh(key))))._tag, "DomainsError")
      }
      assert.strictEqual((yield* refreshes).length, 0)
    }).pipe(Effect.provide(layer))
  )
})
