import { assert, describe, it } from "@effect/vitest"
import { ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import type { RequestTarget } from "@le-auth/testing/ReceivedRequest"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { refresh, signIn, text } from "./Flow.ts"

const count = (target?: RequestTarget) => Effect.map(TestSentinel.requests(target), ({ length }) => length)

describe("approve", () => {
  it.effect("signs in the first user, who is known and verified", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      assert.strictEqual(session.key.subject, "3552833710")
      assert.strictEqual(session.claims?._tag, "VerifiedClaims")
      assert.isFalse(session.claims?.is_admin)
      assert.strictEqual(session.expiresAt, 8 * 3_600_000)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("signs in another user", () =>
    Effect.gen(function* () {
      const session = yield* signIn({ user: "admin@example.com" })
      assert.strictEqual(session.key.subject, "3552833711")
      assert.isTrue(session.claims?.is_admin)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("says what the login page says about a wrong password, and who is not in the configuration", () =>
    Effect.gen(function* () {
      const { url } = yield* SignIn.start()
      const wrong = yield* Effect.flip(TestSentinel.approve(url, { password: "wrong" }))
      assert.strictEqual(wrong._tag, "NoCallback")
      assert.strictEqual(wrong.status, 400)
      assert.include(wrong.message, "The e-mail address or the password is not right")
      const unknown = yield* Effect.flip(TestSentinel.approve(url, { user: "nobody@example.com" }))
      assert.include(unknown.message, "nobody@example.com")
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("A6: says what Sentinel shows when the request is not valid, and sends back what Sentinel sends back", () =>
    Effect.gen(function* () {
      const url = new URL((yield* SignIn.start()).url)
      const other = new URL(url)
      other.searchParams.set("redirect_uri", "https://elsewhere.example/")
      const shown = yield* Effect.flip(TestSentinel.approve(other))
      assert.strictEqual(shown.status, 400)
      assert.include(shown.problem, "The redirect URI is not one of those that are registered")
      assert.strictEqual((yield* Effect.flip(TestSentinel.deny(other))).status, 400)
      url.searchParams.set("response_type", "token")
      for (const play of [TestSentinel.approve, TestSentinel.deny]) {
        const callback = new URL(yield* play(url))
        assert.strictEqual(callback.searchParams.get("error"), "unsupported_response_type")
      }
      assert.strictEqual((yield* Effect.flip(TestSentinel.approve("no address"))).status, undefined)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("a browser that is kept is asked for the password once, a new one each time", () =>
    Effect.gen(function* () {
      const browser = yield* TestSentinel.newBrowser
      const first = yield* SignIn.start()
      yield* SignIn.complete(SignIn.callback(yield* browser.approve(first.url), first.binding))
      assert.strictEqual(yield* count("login"), 2)
      const second = yield* SignIn.start()
      yield* SignIn.complete(SignIn.callback(yield* browser.approve(second.url), second.binding))
      assert.strictEqual(yield* count("login"), 2)
      yield* TestSentinel.approve((yield* SignIn.start()).url)
      assert.strictEqual(yield* count("login"), 4)
      yield* TestSentinel.endSession()
      yield* browser.approve((yield* SignIn.start()).url)
      assert.strictEqual(yield* count("login"), 6)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("B3, B5: a callback counts once, and another browser's not at all", () =>
    Effect.gen(function* () {
      const mine = yield* SignIn.start()
      const other = yield* SignIn.start()
      const url = yield* TestSentinel.approve(mine.url)
      assert.strictEqual(
        (yield* Effect.flip(SignIn.complete(SignIn.callback(url, other.binding))))._tag,
        "CallbackError"
      )
      const { session } = yield* SignIn.complete(SignIn.callback(url, mine.binding))
      // For a minute the same browser gets what came of it; then it is too late.
      const again = yield* SignIn.complete(SignIn.callback(url, mine.binding))
      assert.deepStrictEqual([again.isRepeated, again.session.key], [true, session.key])
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(
        (yield* Effect.flip(SignIn.complete(SignIn.callback(url, mine.binding))))._tag,
        "CallbackError"
      )
      assert.strictEqual(yield* count("exchange"), 1)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("D3: works without a redirect URI, and with several", () =>
    Effect.gen(function* () {
      const config = twoUris
      for (const redirectUri of config.accounts[0]!.installations[0]!.redirect_uris) {
        const started = yield* SignIn.start({ redirectUri: RedirectUri.make(redirectUri) })
        const url = yield* TestSentinel.approve(started.url)
        assert.isTrue(url.startsWith(redirectUri))
        yield* SignIn.complete(SignIn.callback(url, started.binding))
      }
      const denied = yield* TestSentinel.deny((yield* SignIn.start()).url)
      assert.isTrue(denied.startsWith("http://localhost:3000/callback?"))
    }).pipe(Effect.provide(TestSignIn.layerWith({ sentinel: { config: twoUris } })))
  )
})

const development = SentinelConfig.development()
const twoUris: SentinelConfig.SentinelConfig = {
  accounts: [
    {
      ...development.accounts[0],
      installations: [
        {
          ...development.accounts[0].installations[0]!,
          redirect_uris: ["http://localhost:3000/callback", "https://app.example/cb?tenant=a%2Fb"]
        }
      ]
    }
  ]
}

describe("deny", () => {
  it.effect("C3, C5: gives access_denied with the state, which is believed for the right browser only", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const callback = yield* TestSentinel.deny(started.url)
      const other = yield* SignIn.start()
      const foreign = yield* Effect.flip(SignIn.complete(SignIn.callback(callback, other.binding)))
      assert.strictEqual(foreign._tag === "CallbackError" && foreign.reason._tag, "WrongUserAgent")
      const denied = yield* Effect.flip(SignIn.complete(SignIn.callback(callback, started.binding)))
      if (denied._tag !== "CallbackError" || denied.reason._tag !== "Denied") return assert.fail(denied._tag)
      assert.strictEqual(denied.reason.error, "access_denied")
      assert.strictEqual(yield* count("exchange"), 0)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("gives any error of the authorization endpoint", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const options = { error: "temporarily_unavailable", description: "Try later & again" } as const
      const callback = yield* TestSentinel.deny(started.url, options)
      const denied = yield* Effect.flip(SignIn.complete(SignIn.callback(callback, started.binding)))
      if (denied._tag !== "CallbackError" || denied.reason._tag !== "Denied") return assert.fail(denied._tag)
      assert.deepInclude({ ...denied.reason }, { error: options.error, description: options.description })
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("quirks", () => {
  const answers = [
    ["the issuer in another case (E2)", { issuer: "Sentinel" }],
    ["expires_in as a text (D8)", { expiresIn: "string" }],
    ["no expires_in (D8)", { expiresIn: "absent" }],
    ["an id_token with each refresh", { idTokenOnRefresh: true }]
  ] as const
  for (const [what, changes] of answers) {
    it.effect(`${what} changes nothing for a user`, () =>
      Effect.gen(function* () {
        yield* TestSentinel.quirks(changes)
        const session = yield* signIn()
        assert.strictEqual(session.expiresAt, 8 * 3_600_000)
        assert.notStrictEqual(text((yield* refresh(session)).accessToken), text(session.accessToken))
      }).pipe(Effect.provide(TestSignIn.layer))
    )
  }

  for (const refreshTokens of ["keep", "rotate", "same"] as const) {
    it.effect(
      `F1, R64: sessions go on for a day with refreshTokens ${refreshTokens}, and the oldest token is as it says`,
      () =>
        Effect.gen(function* () {
          const first = yield* signIn()
          let session = first
          for (let hours = 0; hours < 24; hours += 6) {
            yield* TestClock.adjust("6 hours")
            const next = yield* refresh(session)
            assert.strictEqual(text(next.refreshToken!) === text(session.refreshToken!), refreshTokens === "same")
            assert.notStrictEqual(text(next.accessToken), text(session.accessToken))
            session = next
          }
          const { installations, origin } = yield* TestSentinel.TestSentinel
          const again = yield* SentinelClient.use((client) =>
            Effect.exit(
              client.refresh({ installation: installations[0]!, sentinel: origin, refreshToken: first.refreshToken! })
            )
          )
          assert.strictEqual(again._tag, refreshTokens === "rotate" ? "Failure" : "Success")
        }).pipe(Effect.provide(TestSignIn.layerWith({ sentinel: { points: { refreshTokens } } })))
    )
  }

  it.effect("a dialect by name, with points over it", () =>
    Effect.gen(function* () {
      const first = yield* signIn()
      yield* refresh(first)
      yield* TestClock.adjust("1 minute")
      const { control, installations, origin } = yield* TestSentinel.TestSentinel
      const error = yield* SentinelClient.use((client) =>
        Effect.flip(
          client.refresh({ installation: installations[0]!, sentinel: origin, refreshToken: first.refreshToken! })
        )
      )
      assert.strictEqual(error.reason._tag, "InvalidGrant")
      const entries = yield* control.journal.read()
      assert.deepStrictEqual(
        entries.flatMap(({ warnings }) => warnings),
        []
      )
    }).pipe(Effect.provide(TestSignIn.layerWith({ sentinel: { dialect: "rfc", points: { expiresIn: "string" } } })))
  )

  it.effect("F1: refresh tokens rotate, or do not, and the change leaves what was issued before", () =>
    Effect.gen(function* () {
      const first = yield* signIn()
      const second = yield* refresh(first)
      assert.notStrictEqual(text(second.refreshToken!), text(first.refreshToken!))
      yield* TestSentinel.quirks({ refreshTokens: "same" })
      const third = yield* refresh(second)
      assert.strictEqual(text(third.refreshToken!), text(second.refreshToken!))
      assert.notStrictEqual(text(third.accessToken), text(second.accessToken))
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("a wrong secret is 400 or 401, and the same error for the application", () =>
    Effect.gen(function* () {
      const { installations, origin } = yield* TestSentinel.TestSentinel
      const installation = new AppInstallation({ ...installations[0]!, clientSecret: Redacted.make("wrong") })
      for (const tokenClientErrorStatus of [400, 401] as const) {
        yield* TestSentinel.quirks({ tokenClientErrorStatus })
        const error = yield* SentinelClient.use((client) =>
          Effect.flip(client.refresh({ installation, sentinel: origin, refreshToken: Redacted.make("x") }))
        )
        assert.strictEqual(error.reason._tag, "InvalidClient")
      }
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("requests", () => {
  it.effect("tells what came in, when and for what, in order", () =>
    Effect.gen(function* () {
      yield* refresh(yield* signIn())
      const received = yield* TestSentinel.requests()
      assert.deepStrictEqual(
        received.map(({ endpoint }) => endpoint),
        ["domain", "authorize", "login", "login", "exchange", "keys", "refresh"]
      )
      const exchange = received[4]!
      assert.strictEqual(exchange.path, "/sentinel/api/account/12345678/token")
      assert.deepStrictEqual(exchange.parameters, {
        v: "1.0",
        grant_type: "authorization_code",
        redirect_uri: "http://localhost:3000/callback",
        client_id: "11111111-1111-4111-8111-111111111111"
      })
      assert.sameMembers(Object.keys(exchange.secrets), ["code", "client_secret"])
      assert.strictEqual(text(exchange.secrets["client_secret"]!), "development-only-secret")
      assert.strictEqual(yield* count("token"), 2)
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.effect("H1: shows no secret, however it is printed", () =>
    Effect.gen(function* () {
      const session = yield* refresh(yield* signIn())
      const client = yield* Sessions.authorized(yield* HttpClient.HttpClient, session.key)
      yield* client.get("http://localhost:4400/api/account/12345678/configuration/le-users/users/3552833710")
      yield* Effect.ignore(Sessions.revokeEverywhere(session.key))
      const received = yield* TestSentinel.requests()
      const secrets = received.flatMap(({ secrets }) => Object.values(secrets).map(text))
      assert.includeMembers(secrets, ["development-only-secret", "agent", text(session.accessToken)])
      const printed = JSON.stringify(received) + inspect(received, { depth: 10 }) + String(received)
      for (const secret of secrets.filter((secret) => secret !== "agent")) assert.notInclude(printed, secret)
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("endSession", () => {
  it.effect("F5: the application notices at its next refresh, and the session is gone", () =>
    Effect.gen(function* () {
      const agent = yield* signIn()
      const admin = yield* signIn({ user: "admin@example.com" })
      yield* TestSentinel.endSession("agent@example.com")
      assert.strictEqual((yield* Effect.flip(refresh(agent)))._tag, "SessionEnded")
      assert.isTrue(Option.isNone(yield* Sessions.current(agent.key)))
      yield* refresh(admin)
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})

describe("the HttpClient", () => {
  it.effect("reaches Sentinel and nothing else", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(HttpClient.get("https://api.liveperson.net/"))
      assert.strictEqual(error._tag, "HttpClientError")
      assert.include(error.message, "Only http://localhost:4400 can be reached")
      assert.strictEqual((yield* HttpClient.get("http://localhost:4400/nothing/here")).status, 404)
    }).pipe(Effect.provide(TestSentinel.layer))
  )

  it.effect("each layer is a Sentinel of its own, and each configuration has its installations", () =>
    Effect.gen(function* () {
      const { installations } = yield* TestSentinel.TestSentinel
      assert.deepStrictEqual(
        installations.map(({ clientId }) => clientId),
        [ClientId.make("11111111-1111-4111-8111-111111111111")]
      )
      assert.strictEqual(yield* count(), 0)
    }).pipe(Effect.provide(TestSentinel.layer))
  )

  it.effect("S21: a sign-in is accepted, whatever Sentinel's clock shows", () =>
    Effect.gen(function* () {
      yield* TestSentinel.control(({ clock }) => clock.advance(Duration.hours(8)))
      const ahead = yield* signIn()
      yield* refresh(ahead)
      yield* TestSentinel.control(({ clock }) => clock.toRealTime)
      yield* Sessions.refresh(ahead.key)
      yield* signIn()
    }).pipe(Effect.provide(TestSignIn.layer))
  )

  it.live("works under the real clock, too", () =>
    Effect.gen(function* () {
      const session = yield* signIn()
      assert.isAbove(session.expiresAt, 1_700_000_000_000)
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})
