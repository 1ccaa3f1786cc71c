import { assert, describe, it } from "@effect/vitest"
import * as Sessions from "@le-auth/core/Sessions"
import type { Session } from "@le-auth/core/Session"
import * as SignIn from "@le-auth/core/SignIn"
import type { TokenErrorReason } from "@le-auth/core/TokenError"
import * as Misbehaviour from "@le-auth/testing/Misbehaviour"
import type { RequestTarget } from "@le-auth/testing/ReceivedRequest"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { refresh, signIn, text } from "./Flow.ts"

const times = (target: RequestTarget) =>
  Effect.map(TestSentinel.requests(target), (requests) => requests.map(({ at }) => at))

const current = ({ key }: Session) => Effect.map(Sessions.current(key), Option.getOrThrow)

/** A session whose access token is over while Sentinel still knows the user. */
const overdue = Effect.gen(function* () {
  yield* TestSentinel.quirks({ accessTokenLifetime: Duration.hours(1) })
  const session = yield* signIn()
  yield* TestClock.adjust("2 hours")
  return session
})

describe("a code exchange", () => {
  const kinds: ReadonlyArray<readonly [string, Misbehaviour.Misbehaviour, TokenErrorReason["_tag"]]> = [
    ["D4: a 500", Misbehaviour.serverError(), "Unavailable"],
    ["D4: a 429", Misbehaviour.tooManyRequests(7), "RateLimited"],
    ["D6: a page with the status 200", Misbehaviour.html(), "BadResponse"],
    ["D9: a page with the status 403", Misbehaviour.html(403), "BadResponse"],
    ["D4: a connection that is refused", Misbehaviour.refuseConnection, "Unavailable"],
    ["D4: a connection that breaks", Misbehaviour.dropConnection, "Unavailable"],
    ["D4: an answer that is lost", Misbehaviour.loseAnswer, "Unavailable"],
    ["D6: an answer that breaks off", Misbehaviour.truncateAnswer, "Unavailable"],
    ["D9: an error of OAuth", Misbehaviour.oauthError("invalid_grant", "The code is used up"), "InvalidGrant"],
    ["D6: JSON without tokens", Misbehaviour.json({ access_token: 1 }), "BadResponse"],
    ["D5: a redirect", Misbehaviour.answer(302, "", { location: "http://localhost:4400/" }), "BadResponse"]
  ]
  for (const [what, misbehaviour, reason] of kinds) {
    it.effect(`${what} is ${reason}, and the exchange is not repeated`, () =>
      Effect.gen(function* () {
        yield* TestSentinel.misbehave("exchange", misbehaviour)
        const error = yield* Effect.flip(signIn())
        assert.strictEqual(error._tag === "TokenError" && error.reason._tag, reason)
        assert.lengthOf(yield* times("exchange"), 1)
        // It was for one request only.
        yield* signIn()
      }).pipe(Effect.provide(TestSignIn.layer))
    )
  }

  it.effect("D10: silence ends after ten seconds", () =>
    Effect.gen(function* () {
      yield* TestSentinel.misbehave("exchange", Misbehaviour.silence)
      const started = yield* SignIn.start()
      const url = yield* TestSentinel.approve(started.url)
      const fiber = yield* Effect.forkChild(Effect.flip(SignIn.complete(SignIn.callback(url, started.binding))))
      yield* TestSentinel.untilReceived("exchange")
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag === "TokenError" && error.reason._tag, "Timeout")
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("a refresh", () => {
  it.effect("D13: waits as long as Retry-After says, and then succeeds", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      yield* TestSentinel.misbehave("refresh", Misbehaviour.tooManyRequests(7))
      const fiber = yield* Effect.forkChild(Sessions.accessToken(session.key))
      yield* TestClock.adjust("7 seconds")
      assert.notStrictEqual(text(yield* Fiber.join(fiber)), text(session.accessToken))
      const [first, second] = yield* times("refresh")
      assert.strictEqual(second! - first!, 7000)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("D13: repeats what was not done after 5, 10 and 15 seconds", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      const start = 2 * 3_600_000
      const busy = Misbehaviour.answer(503, "", { "retry-after": "1" })
      yield* TestSentinel.misbehave("refresh", busy, busy, Misbehaviour.refuseConnection)
      const fiber = yield* Effect.forkChild(Sessions.accessToken(session.key))
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        (yield* times("refresh")).map((at) => at - start),
        [0, 5000, 15_000, 30_000]
      )
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("F3: 100 callers at once cause one request", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      yield* TestSentinel.misbehave("refresh", Misbehaviour.delayAnswer("3 seconds"))
      const fiber = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 100 }, () => Sessions.accessToken(session.key)),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(new Set((yield* Fiber.join(fiber)).map(text)).size, 1)
      assert.lengthOf(yield* times("refresh"), 1)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("F5: invalid_grant ends the session, once", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      yield* TestSentinel.misbehave("refresh", Misbehaviour.oauthError("invalid_grant"))
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(session.key)))._tag, "SessionEnded")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(session.key)))._tag, "NotSignedIn")
      assert.lengthOf(yield* times("refresh"), 1)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("D13: does not repeat what Sentinel may have done", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      for (const [index, status] of ([500, 502, 503, 504] as const).entries()) {
        yield* TestSentinel.misbehave("refresh", Misbehaviour.serverError(status))
        assert.strictEqual((yield* Effect.flip(Sessions.accessToken(session.key)))._tag, "TokenError")
        assert.lengthOf(yield* times("refresh"), index + 1)
      }
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("F6: a passing failure keeps a token that is still valid", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      yield* TestClock.adjust("31 minutes")
      yield* TestSentinel.misbehave("refresh", Misbehaviour.serverError(502))
      assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      yield* TestClock.adjust("2 minutes")
      assert.notStrictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
      assert.lengthOf(yield* times("refresh"), 2)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("an answer that was lost is given again within Sentinel's grace period", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      yield* TestSentinel.misbehave("refresh", Misbehaviour.loseAnswer)
      const error = yield* Effect.flip(refresh(session))
      assert.strictEqual(error._tag === "TokenError" && error.reason._tag, "Unavailable")
      yield* TestClock.adjust("9 seconds")
      const renewed = yield* refresh(session)
      assert.notStrictEqual(text(renewed.refreshToken!), text(session.refreshToken!))
      yield* refresh(renewed)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("F2: an interruption while Sentinel acts loses nothing", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      yield* TestSentinel.misbehave("refresh", Misbehaviour.delayAnswer("5 seconds"))
      const fiber = yield* Effect.forkChild(refresh(session))
      yield* TestSentinel.untilReceived("refresh")
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(interruption)
      assert.notStrictEqual(text((yield* current(session)).accessToken), text(session.accessToken))
      yield* refresh(yield* current(session))
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("other endpoints", () => {
  it.effect("D13: the Domain API is asked again", () =>
    Effect.gen(function* () {
      yield* TestSentinel.misbehave("domain", Misbehaviour.serverError(), Misbehaviour.tooManyRequests())
      const fiber = yield* Effect.forkChild(SignIn.start())
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* times("domain"), [0, 5000, 6000])
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("G5: a revocation that fails removes the session and says that it failed", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      yield* TestSentinel.misbehave("revoke", Misbehaviour.oauthError("invalid_client", "No", 401))
      const error = yield* Effect.flip(Sessions.revokeEverywhere(session.key))
      assert.strictEqual(error._tag === "TokenError" && error.reason._tag, "InvalidClient")
      assert.isTrue(Option.isNone(yield* Sessions.current(session.key)))
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("G3: a 401 of a resource refreshes and repeats the request once", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      const client = yield* Sessions.authorized(yield* HttpClient.HttpClient, session.key)
      // An answer without a reason means the token only if that is not new.
      yield* TestClock.adjust("2 minutes")
      yield* TestSentinel.misbehave("users", Misbehaviour.answer(401, ""))
      const address = "http://localhost:4400/api/account/12345678/configuration/le-users/users/3552833710?v=6.0"
      assert.strictEqual((yield* client.get(address)).status, 200)
      const [first, second] = yield* TestSentinel.requests("users")
      assert.strictEqual(text(first!.secrets["bearer"]!), text(session.accessToken))
      assert.notStrictEqual(text(second!.secrets["bearer"]!), text(session.accessToken))
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("an authorization endpoint that is down gives no callback, and its keys' absence unverified claims", () =>
    Effect.gen(function* () {
      yield* TestSentinel.misbehave("authorize", Misbehaviour.html(503))
      assert.strictEqual((yield* Effect.flip(TestSentinel.approve((yield* SignIn.start()).url))).status, 503)
      yield* TestSentinel.misbehave("authorize", Misbehaviour.dropConnection)
      assert.strictEqual((yield* Effect.flip(TestSentinel.approve((yield* SignIn.start()).url))).status, undefined)
      yield* TestSentinel.misbehave("keys", Misbehaviour.json({ keys: [] }))
      assert.strictEqual((yield* signIn()).claims?._tag, "UnverifiedClaims")
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("a misbehaviour of one's own sees the request and decides about the usual answer", () =>
    Effect.gen(function* () {
      const twice: Misbehaviour.Misbehaviour = (usual) => Effect.andThen(usual, usual)
      yield* TestSentinel.misbehave("exchange", twice)
      const error = yield* Effect.flip(signIn())
      assert.strictEqual(error._tag === "TokenError" && error.reason._tag, "InvalidGrant")
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("a request that arrives late is acted on late", () =>
    Effect.gen(function* () {
      const session = yield* overdue
      yield* TestSentinel.misbehave("refresh", Misbehaviour.delayRequest("4 seconds"))
      const fiber = yield* Effect.forkChild(Sessions.accessToken(session.key))
      yield* TestClock.adjust("2 seconds")
      yield* TestSentinel.endSession()
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber)))._tag, "SessionEnded")
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("a request that is sent while another one is answered", () => {
  it.effect("is another one: its id and its refusal are its own", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const { url } = yield* SignIn.start()
      yield* TestSentinel.misbehave("authorize", (usual) =>
        Effect.andThen(Effect.orDie(client.get(new URL("/sentinel/api/account/12345678/authorize", url))), usual)
      )
      yield* TestSentinel.approve(url)
      const entries = yield* TestSentinel.control(({ journal }) => journal.read({ limit: 10 }))
      const refused = entries.find(({ outcome }) => outcome === "invalid_request")
      const sent = entries.find(({ fault }) => fault !== undefined)
      assert.strictEqual(sent?.outcome, "sign-in")
      assert.notStrictEqual(refused?.requestId, sent?.requestId)
      assert.deepStrictEqual(refused?.steps, [])
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("may go to another address than the call that is answered", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const { url } = yield* SignIn.start()
      const session = yield* overdue
      yield* TestSentinel.misbehave("refresh", (usual) =>
        Effect.andThen(Effect.orDie(client.get(new URL("/health/live", url))), usual)
      )
      yield* Sessions.accessToken(session.key)
      assert.lengthOf(yield* TestSentinel.requests("refresh"), 1)
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})
