import { assert, describe, it } from "@effect/vitest"
import { ClientId } from "@le-auth/core/Identifiers"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { Generation, type Session, SessionKey } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import { layerMemory, SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  callbackOf,
  json,
  jwt,
  layer,
  layerWith,
  oauthError,
  otherAccount,
  otherInstallation,
  installation,
  signIn,
  tokens,
  Wire
} from "./ScriptedSentinel.ts"

const refreshes = Effect.map(Wire, (wire) =>
  wire.to("/token").filter(({ form }) => form.get("grant_type") === "refresh_token")
)
const signedIn = Effect.map(signIn, ({ session }) => session)
/** A mark that no set of tokens has. */
const generation = (serial: number) => Generation.make(String(serial).padStart(22, "0"))
/** After tokens that came just now no caller needs newer ones. */
const aWhile = TestClock.adjust("6 seconds")
const { refresh } = Sessions
const text = (token: Redacted.Redacted) => Redacted.value(token)
const current = (key: SessionKey) => Effect.map(Sessions.current(key), Option.getOrThrow)

/** A store that can be switched off, or its reading alone. */
let broken = false
let unreadable = false
let written = 0
const unreliable = Layer.effect(
  SessionStore,
  Effect.map(SessionStore, (store) => {
    broken = false
    unreadable = false
    written = 0
    return {
      ...store,
      get: (key: SessionKey) =>
        Effect.suspend(() =>
          unreadable ? Effect.fail(new StoreError({ store: "session store", operation: "get" })) : store.get(key)
        ),
      set: (session: Session, over: Generation | "any") =>
        Effect.suspend(() => {
          written += 1
          return broken
            ? Effect.fail(new StoreError({ store: "session store", operation: "set" }))
            : store.set(session, over)
        })
    }
  })
).pipe(Layer.provide(layerMemory))

describe("Sessions.accessToken", () => {
  it.effect("F7: refreshes at 30 minutes with a random spread, not before", () =>
    Effect.gen(function* () {
      const session = yield* signedIn
      assert.isAtMost(session.refreshAt, 30 * 60_000)
      assert.isAtLeast(session.refreshAt, 27 * 60_000)
      assert.strictEqual(session.expiresAt, 8 * 3_600_000)
      yield* TestClock.adjust(session.refreshAt - 1)
      assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      yield* TestClock.adjust(1)
      assert.notStrictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("F7: trusts expires_in, as a number and as a text, and without it takes the documented 8 hours", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (const [expiresIn, lifetime] of [
        [600, 600],
        ["600", 600],
        [undefined, 28_800],
        [0.25, 0.25],
        // There is no such date.
        [1e306, 3650 * 86_400]
      ] as const) {
        wire.next("/token", (sent) => json(tokens(sent, 0, { expires_in: expiresIn }))())
        const session = yield* signedIn
        assert.strictEqual(session.expiresAt - session.signedInAt, lifetime * 1000)
        assert.isBelow(session.refreshAt, session.expiresAt)
        // Not earlier than it has to be: after nine tenths of it, less the spread.
        if (lifetime === 600) assert.isAtLeast(session.refreshAt - session.signedInAt, 486_000)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("F1: a new refresh token replaces the old one; if none came the old one stays", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      yield* aWhile
      const renewed = yield* refresh(key)
      yield* aWhile
      wire.next("/token", () => Response.json({ access_token: "planted-next", token_type: "Bearer" }))
      const kept = yield* refresh(key)
      const sent = yield* refreshes
      assert.strictEqual(sent[1]!.form.get("refresh_token"), text(renewed.refreshToken!))
      assert.strictEqual(text(kept.refreshToken!), text(renewed.refreshToken!))
      assert.strictEqual(kept.claims?.sub, "3552833710")
    }).pipe(Effect.provide(layer))
  )

  it.effect(
    "F3: 100 concurrent callers of one session cause one refresh; two sessions do not wait for each other",
    () =>
      Effect.gen(function* () {
        const wire = yield* Wire
        const { key } = yield* signedIn
        const other = new SessionKey({ ...key, accountId: otherAccount, clientId: otherInstallation.clientId })
        yield* SessionStore.use((store) =>
          Effect.flatMap(current(key), (session) => store.set({ ...session, key: other }, "any"))
        )
        yield* TestClock.adjust("31 minutes")
        wire.next("/token", (sent) => Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0))()))
        const many = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 100 }, () => Sessions.accessToken(key)),
            { concurrency: "unbounded" }
          )
        )
        yield* TestClock.adjust("1 second")
        yield* Sessions.accessToken(other)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(new Set((yield* Fiber.join(many)).map(text)).size, 1)
        assert.strictEqual((yield* refreshes).length, 2)
      }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("F5: invalid_grant removes the session and asks for a new sign-in", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      wire.next("/token", oauthError("invalid_grant"))
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "SessionEnded")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("F4: the loser of a race between two processes reads again and succeeds", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const session = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      wire.next("/token", () =>
        SessionStore.use((store) =>
          store.set(
            {
              ...session,
              generation: generation(1),
              accessToken: Redacted.make("theirs"),
              refreshToken: Redacted.make("new")
            },
            session.generation
          )
        ).pipe(Effect.as(oauthError("invalid_grant")()), Effect.provide(shared), Effect.orDie)
      )
      const shared = yield* Effect.context<SessionStore>()
      assert.strictEqual(text(yield* Sessions.accessToken(session.key)), "theirs")
    }).pipe(Effect.provide(layer))
  )

  it.effect("F6: a passing failure keeps the session and its valid token, and does not ask again at once", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const session = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      const down = () => new Response("<html>down</html>", { status: 503 })
      wire.next("/token", down, down)
      for (let index = 0; index < 10; index++) {
        assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      }
      assert.strictEqual((yield* refreshes).length, 1)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      yield* TestClock.adjust("2 minutes")
      assert.notStrictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
    }).pipe(Effect.provide(layer))
  )

  it.effect("F6: without a valid token a passing failure is reported, and the session stays", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      yield* TestClock.adjust("9 hours")
      wire.next("/token", json({}, 429, { "retry-after": "7" }))
      const error = yield* Effect.flip(Sessions.accessToken(key))
      assert(error._tag === "TokenError" && error.reason._tag === "RateLimited")
      assert.strictEqual(error.reason.retryAfter, 7)
      yield* Sessions.accessToken(key)
    }).pipe(Effect.provide(layer), Effect.provideService(RetryPolicy.Current, RetryPolicy.none))
  )

  it.effect("F8: a refresh token goes to the token endpoint of its own account only", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const started = yield* SignIn.start({ accountId: otherAccount })
      const other = (yield* SignIn.complete(callbackOf(started))).session
      const mine = yield* current(key)
      yield* aWhile
      for (const session of [mine, other]) {
        yield* refresh(session.key)
        const sent = (yield* refreshes).at(-1)!
        assert.strictEqual(sent.form.get("refresh_token"), text(session.refreshToken!))
        assert.strictEqual(sent.url.host, `sentinel-${session.key.accountId}.liveperson.net`)
        assert.include(sent.url.pathname, `/account/${session.key.accountId}/`)
        assert.strictEqual(sent.form.get("client_id"), session.key.clientId)
      }
    }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("F2: interrupting the caller between refresh and save loses nothing", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      wire.next("/token", () =>
        Effect.as(
          Effect.sleep("5 seconds"),
          Response.json({ access_token: "planted-a", refresh_token: "planted-rotated", token_type: "bearer" })
        )
      )
      const caller = yield* Effect.forkChild(Sessions.accessToken(key))
      yield* TestClock.adjust("1 second")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(caller))
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(interrupting)
      assert.strictEqual(text((yield* current(key)).refreshToken!), "planted-rotated")
    }).pipe(Effect.provide(layer))
  )

  it.effect("F10: new tokens that the store does not take are kept, used and saved later, and it is loud", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { key } = yield* signedIn
      yield* TestClock.adjust("31 minutes")
      yield* Effect.sync(() => void (broken = true))
      const refreshing = yield* Effect.forkChild(Sessions.accessToken(key))
      yield* TestClock.adjust("2 seconds")
      const token = text(yield* Fiber.join(refreshing))
      assert.isTrue(lines.some((line) => line.includes("could not be saved") && line.includes("ERROR")))
      // Still broken: the same new token, no second refresh.
      assert.strictEqual(text(yield* Sessions.accessToken(key)), token)
      assert.strictEqual((yield* refreshes).length, 1)
      yield* Effect.sync(() => void (broken = false))
      assert.strictEqual(text(yield* Sessions.accessToken(key)), token)
      const saved = yield* SessionStore.use((store) => store.get(key))
      assert.strictEqual(text(Option.getOrThrow(saved).accessToken), token)
    }).pipe(
      Effect.provide(
        Layer.merge(
          layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) }),
          Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])
        )
      )
    )
  })

  it.effect("F10: kept tokens are the ones that are revoked, and a new sign-in replaces them", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      const refreshUnsaved = Effect.gen(function* () {
        yield* aWhile
        broken = true
        const refreshing = yield* Effect.forkChild(refresh(key))
        yield* TestClock.adjust("2 seconds")
        broken = false
        return yield* Fiber.join(refreshing)
      })
      yield* refreshUnsaved
      const again = yield* signedIn
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(again.accessToken))

      const kept = yield* refreshUnsaved
      yield* Sessions.revokeEverywhere(key)
      assert.strictEqual(wire.to("/revoke").at(-1)!.form.get("token"), text(kept.refreshToken!))
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
    }).pipe(
      Effect.provide(
        layerWith({
          stores: Layer.merge(TransactionStore.layerMemory, unreliable),
          sessions: { onePer: "user" }
        })
      )
    )
  )

  /** Lets go on whatever can go on without the clock. */
  const everythingElse = Effect.promise(async () => {
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  })

  /** A refresh that takes five seconds, of which the first has passed. */
  const slowRefresh = Effect.fnUntraced(function* (key: SessionKey) {
    yield* aWhile
    ;(yield* Wire).next("/token", (sent) => Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0))()))
    const refreshing = yield* Effect.forkChild(refresh(key))
    yield* TestClock.adjust("1 second")
    return refreshing
  })

  it.effect("F2: a refresh that ends after a new sign-in of the same user does not replace it", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const refreshing = yield* slowRefresh(key)
      const signingIn = yield* Effect.forkChild(signedIn)
      yield* everythingElse
      assert.strictEqual((yield* Wire).to("/token").length, 3)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(refreshing)
      const newest = yield* Fiber.join(signingIn)
      assert.strictEqual(text((yield* current(key)).refreshToken!), text(newest.refreshToken!))
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(newest.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" } })))
  )

  it.effect("G5: a refresh that ends after a sign-out does not undo it", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const refreshing = yield* slowRefresh(key)
      const leaving = yield* Effect.forkChild(Sessions.forget(key))
      yield* everythingElse
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(refreshing)))._tag, "NotSignedIn")
      yield* Fiber.join(leaving)
      assert.isTrue(Option.isNone(yield* SessionStore.use((store) => store.get(key))))
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
    }).pipe(Effect.provide(layer))
  )

  /** Refreshes while the store takes nothing. */
  const keepTokens = Effect.fnUntraced(function* (key: SessionKey) {
    yield* aWhile
    broken = true
    const refreshing = yield* Effect.forkChild(refresh(key))
    yield* TestClock.adjust("2 seconds")
    broken = false
    return yield* Fiber.join(refreshing)
  })

  it.effect("F10: kept tokens are used while the store can neither be written nor read", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      const kept = yield* keepTokens(key)
      broken = true
      unreadable = true
      assert.strictEqual(text((yield* current(key)).accessToken), text(kept.accessToken))
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(kept.accessToken))
      broken = false
      unreadable = false
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(kept.accessToken))
      assert.strictEqual(
        text(Option.getOrThrow(yield* SessionStore.use((store) => store.get(key))).accessToken),
        text(kept.accessToken)
      )
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) })))
  )

  it.effect("F10: kept tokens are dropped when they are saved, out of date or signed out", () =>
    Effect.gen(function* () {
      const before = yield* signedIn
      const { key } = before
      const put = (session: Session) => SessionStore.use((store) => store.set(session, "any"))
      const theirs = { ...before, generation: generation(1), refreshToken: Redacted.make("theirs") }
      for (const drop of [
        Effect.asVoid(Sessions.accessToken(key)),
        Effect.andThen(put(theirs), Effect.asVoid(refresh(key))),
        Sessions.forget(key)
      ]) {
        yield* keepTokens(key)
        yield* drop
        yield* put(before)
        assert.strictEqual(text((yield* current(key)).accessToken), text(before.accessToken))
      }
      // Another generation makes it another session.
      yield* keepTokens(key)
      yield* put(theirs)
      assert.strictEqual(text((yield* current(key)).refreshToken!), "theirs")
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) })))
  )

  it.effect("F7: a token that is not due is read, and nothing is written or locked", () => {
    let locked = 0
    const counting = Layer.succeed(RefreshLock, {
      withLock: (_, effect) =>
        Effect.andThen(
          Effect.sync(() => void (locked += 1)),
          effect
        )
    })
    return Effect.gen(function* () {
      const session = yield* signedIn
      const before = written
      yield* Effect.gen(function* () {
        assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      }).pipe(
        Effect.provide(
          Layer.provide(
            Layer.fresh(Sessions.layer),
            Layer.merge(Layer.effectContext(Effect.context<SessionStore>()), counting)
          )
        )
      )
      assert.deepStrictEqual([locked, written - before], [0, 0])
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) })))
  })

  it.effect(
    "F6: at its last moment a token is no longer valid: then a refresh is repeated, and its failure an error",
    () =>
      Effect.gen(function* () {
        const wire = yield* Wire
        const down = json({}, 503, { "retry-after": "1" })
        const { expiresAt, key } = yield* signedIn
        yield* TestClock.adjust(expiresAt - (yield* Clock.currentTimeMillis) - 1)
        wire.next("/token", down)
        yield* Sessions.accessToken(key)
        assert.strictEqual((yield* refreshes).length, 1)
        yield* TestClock.adjust(1)
        wire.next("/token", down, down, down, down)
        const failing = yield* Effect.forkChild(Effect.flip(Sessions.accessToken(key)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(failing))._tag, "TokenError")
        assert.strictEqual((yield* refreshes).length, 5)
      }).pipe(Effect.provide(layer))
  )

  it.effect("F5: what another process did during a refused refresh counts: a sign-out, or other tokens", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const shared = yield* Effect.context<SessionStore>()
      for (const [meanwhile, expected] of [
        [(session: Session) => SessionStore.use((store) => store.remove(session.key, "any")), "NotSignedIn"],
        [
          ({ refreshToken: _, ...session }: Session) =>
            SessionStore.use((store) =>
              store.set(
                { ...session, generation: generation(1), accessToken: Redacted.make("theirs") } as Session,
                "any"
              )
            ),
          "theirs"
        ]
      ] as const) {
        const session = yield* signedIn
        yield* TestClock.adjust("31 minutes")
        wire.next("/token", () =>
          meanwhile(session).pipe(Effect.as(oauthError("invalid_grant")()), Effect.provide(shared), Effect.orDie)
        )
        const found = yield* Effect.match(Sessions.accessToken(session.key), {
          onFailure: ({ _tag }) => _tag,
          onSuccess: text
        })
        assert.strictEqual(found, expected)
        assert.strictEqual(Option.isSome(yield* Sessions.current(session.key)), expected === "theirs")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("F5: a session without refresh token cannot be refreshed", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", (sent) => json(tokens(sent, 0, { refresh_token: undefined }))())
      const { key } = yield* signedIn
      yield* aWhile
      const error = yield* Effect.flip(refresh(key))
      assert.strictEqual(error._tag, "SessionEnded")
      assert.strictEqual((yield* refreshes).length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("H7: the refresh token of another client's session is never sent with these credentials", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const session = yield* signedIn
      const key = new SessionKey({ ...session.key, clientId: ClientId.make("another application") })
      const theirs = { ...session, key } as Session
      yield* SessionStore.use((store) => store.set(theirs, "any"))
      yield* TestClock.adjust("9 hours")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
      assert.strictEqual((yield* Effect.flip(refresh(key)))._tag, "NotSignedIn")
      assert.strictEqual((yield* Effect.flip(Sessions.revokeEverywhere(key)))._tag, "UnknownInstallation")
      assert.isEmpty(yield* refreshes)
      assert.isEmpty(wire.to("/revoke"))
    }).pipe(Effect.provide(layer))
  )

  it.effect("F10: kept tokens of a session that has ended elsewhere are not used again, whatever comes back", () =>
    Effect.gen(function* () {
      const before = yield* signedIn
      const { key } = before
      for (const use of [Effect.asVoid(Sessions.accessToken(key)), Effect.asVoid(refresh(key))]) {
        yield* keepTokens(key)
        yield* SessionStore.use((store) => store.remove(key, "any"))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(use)))
        // Such as from a backup of the store.
        yield* SessionStore.use((store) => store.set(before, "any"))
        assert.strictEqual(text((yield* current(key)).accessToken), text(before.accessToken))
      }
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) })))
  )

  it.effect("F10: kept tokens give way to what another process did: a new sign-in, or a sign-out", () =>
    Effect.gen(function* () {
      const session = yield* signedIn
      const { key } = session
      yield* keepTokens(key)
      const theirs = {
        ...session,
        generation: generation(1),
        accessToken: Redacted.make("theirs"),
        refreshAt: 10 ** 12,
        expiresAt: 10 ** 12
      }
      yield* SessionStore.use((store) => store.set(theirs, "any"))
      assert.strictEqual(text((yield* current(key)).accessToken), "theirs")
      assert.strictEqual(text(yield* Sessions.accessToken(key)), "theirs")
      yield* keepTokens(key)
      yield* SessionStore.use((store) => store.remove(key, "any"))
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
      assert.isTrue(Option.isNone(yield* SessionStore.use((store) => store.get(key))))
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, unreliable) })))
  )

  describe("when the lock is not to be had", () => {
    const unavailable = Layer.succeed(RefreshLock, {
      withLock: () => Effect.fail(new StoreError({ store: "lock", operation: "lock" }))
    })
    /** The same stores, once with a lock that works and once with one that does not. */
    const withoutLock = <A, E>(use: (session: Session) => Effect.Effect<A, E, Sessions.Sessions | SessionStore>) =>
      Effect.gen(function* () {
        const session = yield* signedIn
        return yield* use(session).pipe(
          Effect.provide(
            Layer.provide(
              Layer.fresh(Sessions.layer),
              Layer.merge(Layer.effectContext(Effect.context<SessionStore>()), unavailable)
            )
          )
        )
      })

    it.effect("F6: a token that is still valid is used, and one that is not is an error", () =>
      withoutLock((session) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("31 minutes")
          assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
          yield* TestClock.adjust("9 hours")
          assert.strictEqual((yield* Effect.flip(Sessions.accessToken(session.key)))._tag, "StoreError")
        })
      ).pipe(Effect.provide(layer))
    )

    it.effect("G5: a user who signs out is signed out", () =>
      withoutLock(({ key }) =>
        Effect.gen(function* () {
          yield* Sessions.forget(key)
          assert.isTrue(Option.isNone(yield* SessionStore.use((store) => store.get(key))))
        })
      ).pipe(Effect.provide(layer))
    )
  })

  it.effect("E8: a refresh that brings another user's id_token ends the session", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      const claims = { sub: key.subject, aud: key.clientId, iss: "sentinel", iat: 0, exp: 600 }
      yield* aWhile
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: jwt(claims) }))())
      yield* refresh(key)
      yield* aWhile
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: jwt({ ...claims, sub: "other" }) }))())
      const error = yield* Effect.flip(refresh(key))
      assert.strictEqual(error._tag, "SessionEnded")
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("E8: a session without claims takes what a refresh brings", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: undefined }))())
      const { key } = yield* signedIn
      const claims = { sub: "anybody", aud: key.clientId, iss: "sentinel", iat: 0, exp: 600 }
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: jwt(claims) }))())
      yield* aWhile
      yield* refresh(key)
      assert.isTrue(Option.isSome(yield* Sessions.current(key)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5, E6: without the keys of Sentinel the claims count as unverified, and are checked all the same", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/jwks", json({}, 500))
      assert.strictEqual((yield* signedIn).claims?._tag, "UnverifiedClaims")
      const elsewhere = { sub: "1", aud: "other", iss: "sentinel", iat: 0, exp: 600 }
      wire.next("/jwks", json({}, 500))
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: jwt(elsewhere) }))())
      const error = yield* Effect.flip(signIn)
      assert(error._tag === "IdTokenError")
      assert.strictEqual(error.reason, "WrongAudience")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D10: a refresh that never answers ends after 10 seconds", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      yield* TestClock.adjust("9 hours")
      wire.next("/token", () => Effect.never)
      const caller = yield* Effect.forkChild(Effect.flip(Sessions.accessToken(key)))
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(caller)
      assert(error._tag === "TokenError" && error.reason._tag === "Timeout")
    }).pipe(Effect.provide(layer))
  )

  it.effect("a session without refresh token lives as long as its access token", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", () => Response.json({ access_token: "only", token_type: "Bearer", expires_in: 3600 }))
      const { key } = yield* signedIn
      yield* TestClock.adjust("3599 seconds")
      assert.strictEqual(text(yield* Sessions.accessToken(key)), "only")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "SessionEnded")
    }).pipe(Effect.provide(layer))
  )

  it.effect("H7: no session is read through another account's key", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      for (const stranger of [
        new SessionKey({ ...key, accountId: otherAccount }),
        new SessionKey({ ...key, clientId: otherInstallation.clientId }),
        SessionKey.make({ ...key, subject: `${key.subject}/` as typeof key.subject })
      ])
        assert.isTrue(Option.isNone(yield* Sessions.current(stranger)))
      assert.strictEqual((yield* Sessions.list(otherAccount)).length, 0)
      assert.strictEqual((yield* Sessions.list(account)).length, 1)
    }).pipe(Effect.provide(layer))
  )
})

describe("Sessions.authorized", () => {
  const api = "https://api-12345678.liveperson.net/things"
  const client = Effect.gen(function* () {
    const session = yield* signedIn
    return { session, http: yield* Sessions.authorized(yield* HttpClient.HttpClient, session.key) }
  })

  it.effect("G1: sends the token in the header, never in the address", () =>
    Effect.gen(function* () {
      const { http, session } = yield* client
      yield* http.get(api)
      const [sent] = (yield* Wire).to("/things")
      assert.strictEqual(sent!.headers["authorization"], `Bearer ${text(session.accessToken)}`)
      assert.notInclude(sent!.url.href, text(session.accessToken))
    }).pipe(Effect.provide(layer))
  )

  it.effect("G1: through a client that changes its requests, which it does once", () =>
    Effect.gen(function* () {
      const changing = (yield* HttpClient.HttpClient).pipe(
        HttpClient.mapRequest(HttpClientRequest.prependUrl("https://api-12345678.liveperson.net"))
      )
      yield* (yield* Sessions.authorized(changing, (yield* signedIn).key)).get("/things")
      assert.strictEqual((yield* Wire).to("/things")[0]!.url.href, api)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G2: only to allowed https hosts", () =>
    Effect.gen(function* () {
      const { http } = yield* client
      for (const url of [
        "https://evil.example/things",
        "http://api-12345678.liveperson.net/things",
        "https://liveperson.net.evil.example/things",
        "https://evilliveperson.net/things",
        "http://localhost:4400/things",
        "/things"
      ])
        assert.strictEqual((yield* Effect.flip(http.get(url)))._tag, "DomainsError", url)
      assert.isBelow((yield* Effect.flip(http.get(`/${"x".repeat(10_000)}`))).message.length, 500)
      assert.strictEqual((yield* Wire).to("/things").length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G2: a redirect to another host gets no token, whatever follows it", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { http, session } = yield* client
      const away = () => new Response(null, { status: 302, headers: { location: "https://evil.example/taken" } })
      wire.next("/things", away)
      const error = yield* Effect.flip(HttpClient.followRedirects(http).get(api))
      assert.strictEqual(error._tag, "DomainsError")
      assert.strictEqual(wire.to("/taken").length, 0)

      const following = HttpClient.followRedirects(yield* HttpClient.HttpClient)
      wire.next("/things", away)
      yield* (yield* Sessions.authorized(following, session.key)).get(api)
      const [taken] = wire.to("/taken")
      assert.isUndefined(taken!.headers["authorization"])
    }).pipe(Effect.provide(layer))
  )

  const refused = json({}, 401, { "www-authenticate": 'Bearer realm="api", error="invalid_token"' })

  it.effect("F3: calls that are refused at once refresh once", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { http } = yield* client
      wire.next("/things", refused, refused, refused)
      const answers = yield* Effect.all([http.get(api), http.get(api), http.get(api)], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [200, 200, 200]
      )
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G3: refreshes and repeats once after 401, not after 403, and not a stream", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { http } = yield* client
      wire.next("/things", refused)
      assert.strictEqual((yield* http.get(api)).status, 200)
      assert.strictEqual((yield* refreshes).length, 1)
      wire.next("/things", refused, refused)
      assert.strictEqual((yield* http.get(api)).status, 401)
      wire.next("/things", json({}, 403))
      assert.strictEqual((yield* http.get(api)).status, 403)
      assert.strictEqual((yield* refreshes).length, 2)
      // Nor after anything else, however old the token is.
      yield* TestClock.adjust("2 minutes")
      wire.next("/things", json({}, 200), json({}, 404))
      for (const status of [200, 404]) assert.strictEqual((yield* http.get(api)).status, status)
      assert.strictEqual((yield* refreshes).length, 2)
      wire.next("/things", refused)
      const body = HttpClientRequest.bodyStream(HttpClientRequest.post(api), Stream.make(new Uint8Array(1)))
      assert.strictEqual((yield* http.execute(body)).status, 401)
      assert.strictEqual((yield* refreshes).length, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G8: lets go of the answer that it does not give, whether a new token comes or not", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { http } = yield* client
      let open = 0
      const unread = () => {
        open += 1
        const body = new ReadableStream({ cancel: () => void (open -= 1) })
        return new Response(body, { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } })
      }
      wire.next("/things", unread)
      assert.strictEqual((yield* http.get(api)).status, 200)
      assert.strictEqual(open, 0)
      yield* TestClock.adjust("6 seconds")
      wire.next("/things", unread)
      wire.next("/token", json({ error: "invalid_grant" }, 400))
      assert.strictEqual((yield* Effect.flip(http.get(api)))._tag, "SessionEnded")
      assert.strictEqual(open, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G3: a 401 means the token if it says so, or says nothing and the token is older than a minute", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (const [challenge, young, old] of [
        [undefined, 0, 1],
        ["Bearer", 0, 1],
        ['Bearer realm="things"', 0, 1],
        ['Basic realm="error=invalid_token"', 0, 1],
        ["Bearer error=invalid_token", 1, 1],
        ['Bearer realm="x, y", error = "invalid_token", error_description="it is over"', 1, 1],
        ['Bearer error_description="error=\\"invalid_token\\"", error="invalid_request"', 0, 0],
        ['Bearer error="insufficient_scope"', 0, 0]
      ] as const) {
        for (const [age, expected] of [
          ["60 seconds", young],
          ["61 seconds", old]
        ] as const) {
          const { http } = yield* client
          yield* TestClock.adjust(age)
          const before = (yield* refreshes).length
          wire.next("/things", json({}, 401, challenge === undefined ? {} : { "www-authenticate": challenge }))
          assert.strictEqual((yield* http.get(api)).status, expected === 1 ? 200 : 401, `${challenge} after ${age}`)
          assert.strictEqual((yield* refreshes).length - before, expected, `${challenge} after ${age}`)
        }
      }
    }).pipe(Effect.provide(layer))
  )

  for (const [name, challenge] of [
    ["says nothing", {}],
    ["says invalid_token", { "www-authenticate": 'Bearer error="invalid_token"' }]
  ] as const) {
    it.effect(`G3: 30 calls at an API with a 401 of its own that ${name} cause one refresh in a minute`, () =>
      Effect.gen(function* () {
        const wire = yield* Wire
        const { http } = yield* client
        yield* TestClock.adjust("2 minutes")
        wire.next("/things", ...Array.from({ length: 31 }, () => json({}, 401, challenge)))
        for (let call = 0; call < 30; call++) assert.strictEqual((yield* http.get(api)).status, 401)
        assert.strictEqual((yield* refreshes).length, 1)
        assert.strictEqual(wire.to("/things").length, 31)

        // Another host has reasons of its own, and a minute later the token may also be the reason here.
        wire.next("/others", json({}, 401, { "www-authenticate": 'Bearer error="invalid_token"' }))
        assert.strictEqual((yield* http.get("https://other-12345678.liveperson.net/others")).status, 200)
        assert.strictEqual((yield* refreshes).length, 2)
        yield* TestClock.adjust("61 seconds")
        wire.next("/things", json({}, 401, challenge))
        assert.strictEqual((yield* http.get(api)).status, 200)
        assert.strictEqual((yield* refreshes).length, 3)
      }).pipe(Effect.provide(layer))
    )
  }
})

describe("signing out", () => {
  it.effect("G6: forget is local; LivePerson hears nothing of it", () =>
    Effect.gen(function* () {
      const { key } = yield* signedIn
      yield* Sessions.forget(key)
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
      assert.strictEqual((yield* Wire).to("/revoke").length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G4: revokeEverywhere posts the refresh token with client authentication", () =>
    Effect.gen(function* () {
      const session = yield* signedIn
      yield* Sessions.revokeEverywhere(session.key)
      const [sent] = (yield* Wire).to("/revoke")
      assert.strictEqual(sent!.method, "POST")
      assert.deepStrictEqual(Object.fromEntries(sent!.form), {
        token: text(session.refreshToken!),
        client_id: installation.clientId,
        client_secret: "planted-client-secret"
      })
      assert.isTrue(Option.isNone(yield* Sessions.current(session.key)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("G4: without a refresh token, or a session, there is nothing to revoke", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", (sent) => json(tokens(sent, 0, { refresh_token: undefined }))())
      const { key } = yield* signedIn
      yield* Sessions.revokeEverywhere(key)
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
      yield* Sessions.revokeEverywhere(key)
      assert.strictEqual(wire.to("/revoke").length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("G5: local data goes even if the call fails, and the failure is reported", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const { key } = yield* signedIn
      wire.next("/revoke", () => new Response("", { status: 500 }))
      assert.strictEqual((yield* Effect.flip(Sessions.revokeEverywhere(key)))._tag, "TokenError")
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
    }).pipe(Effect.provide(layer), Effect.provideService(RetryPolicy.Current, RetryPolicy.none))
  )
})
