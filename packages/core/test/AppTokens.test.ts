import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import type { AccessToken } from "@le-auth/core/Identifiers"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  installation,
  json,
  jwt,
  layer,
  layerWith,
  oauthError,
  otherAccount,
  otherInstallation,
  type Sent,
  Wire
} from "./ScriptedSentinel.ts"

const { renew, token } = AppTokens
const text = (token: AccessToken) => Redacted.value(token)
const textOf = (accountId?: typeof account) => Effect.map(token(accountId), text)

const asked = Effect.map(Wire, (wire) => wire.to("/app/token").length)

let serial = 0
/** An answer of the token endpoint with a token of its own. */
const answer = (overrides: object = {}) =>
  json({ access_token: `planted-app-${(serial += 1)}`, token_type: "Bearer", expires_in: 3600, ...overrides })
const next = (...answers: ReadonlyArray<(sent: Sent) => Response | Effect.Effect<Response>>) =>
  Effect.map(Wire, (wire) => wire.next("/app/token", ...answers))
/** The answer, after a second. */
const late = (answer: () => Response) => () => Effect.delay(Effect.sync(answer), "1 second")

/** Whatever can go on without the clock does so. */
const settled = Effect.promise(async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
})
const all = <A, E, R>(times: number, effect: Effect.Effect<A, E, R>) =>
  Effect.all(
    Array.from({ length: times }, () => effect),
    { concurrency: "unbounded" }
  )

const key = new AppTokenKey({ accountId: account, clientId: installation.clientId })
/** A token that another process got: of this life, a part of which is over. */
const stored = (options: { readonly life: number; readonly over: number }) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const obtainedAt = now - options.over
    return new AppToken({
      key,
      accessToken: Redacted.make(`planted-stored-${(serial += 1)}`),
      obtainedAt,
      renewAt: obtainedAt + options.life * 0.8,
      expiresAt: obtainedAt + options.life
    })
  })
const save = (token: AppToken) => AppTokenStore.AppTokenStore.use((store) => store.set(token))

/** Another process: with a memory of its own, on the same store and lock. */
const process = Effect.map(Layer.build(Layer.fresh(AppTokens.layer)), (context) =>
  Context.get(context, AppTokens.AppTokens)
)
const failing = new StoreError({ store: "test store", operation: "any" })

describe("one request", () => {
  it.effect("K1: for 1,000 callers at once, and for those that come later", () =>
    Effect.gen(function* () {
      yield* next(late(answer()))
      const waiting = yield* Effect.forkChild(all(1000, textOf()))
      yield* settled
      yield* TestClock.adjust("1 second")
      const texts = yield* Fiber.join(waiting)
      assert.deepStrictEqual([...new Set(texts)], [yield* textOf(account)])
      assert.strictEqual(yield* asked, 1)
      const [sent] = (yield* Wire).to("/app/token")
      assert.strictEqual(sent!.url.search, "")
      assert.strictEqual(sent!.form.get("grant_type"), "client_credentials")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: for eight processes on one store and lock", () =>
    Effect.gen(function* () {
      yield* next(late(answer()))
      const processes = yield* all(8, process)
      const waiting = yield* Effect.forkChild(
        Effect.forEach(processes, (tokens) => all(10, tokens.token()), { concurrency: "unbounded" })
      )
      yield* settled
      yield* TestClock.adjust("1 second")
      assert.strictEqual(new Set((yield* Fiber.join(waiting)).flat().map(text)).size, 1)
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("K1: no request at all for a token that another process has stored", () =>
    Effect.gen(function* () {
      const theirs = yield* stored({ life: 3_600_000, over: 1000 })
      yield* save(theirs)
      assert.strictEqual(yield* textOf(), text(theirs.accessToken))
      assert.strictEqual(yield* asked, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: a stored token that is over is not used; one that is due is used while another is asked for", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_000)
      yield* save(yield* stored({ life: 3_600_000, over: 3_600_000 }))
      assert.include(yield* textOf(), "planted-access")
      const due = yield* stored({ life: 3_600_000, over: 3_000_000 })
      yield* save(due)
      yield* next(late(answer()))
      const tokens = yield* process
      assert.strictEqual(text(yield* tokens.token()), text(due.accessToken))
      yield* tokens.token()
      yield* settled
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("K1: each account has a token of its own", () =>
    Effect.gen(function* () {
      const [ours, theirs] = yield* Effect.all([textOf(account), textOf(otherAccount)])
      assert.notStrictEqual(ours, theirs)
      assert.deepStrictEqual(yield* Effect.all([textOf(account), textOf(otherAccount)]), [ours, theirs])
      const sent = (yield* Wire).to("/app/token")
      assert.deepStrictEqual(
        sent.map(({ form, url }) => [url.pathname, form.get("client_id")]),
        [
          [`/sentinel/api/v2/account/${account}/app/token`, installation.clientId],
          [`/sentinel/api/v2/account/${otherAccount}/app/token`, otherInstallation.clientId]
        ]
      )
      yield* renew({ unless: Redacted.make(ours), accountId: account })
      assert.strictEqual(yield* textOf(otherAccount), theirs)
      const error = yield* Effect.flip(token())
      assert.strictEqual(error._tag, "UnknownInstallation")
    }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("K1: an account without the application has none, and that is found out each time", () =>
    Effect.gen(function* () {
      for (let call = 0; call < 2; call++) {
        assert.strictEqual((yield* Effect.flip(token(otherAccount)))._tag, "UnknownInstallation")
      }
      assert.strictEqual(yield* asked, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: a caller that is interrupted takes the token from no one", () =>
    Effect.gen(function* () {
      yield* next(late(answer()))
      const first = yield* Effect.forkChild(token())
      yield* settled
      const others = yield* Effect.forkChild(all(10, token()))
      yield* settled
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(others)).length, 10)
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(layer))
  )
})

describe("renewal", () => {
  it.effect("K1: comes before the token ends, and no caller waits for it", () =>
    Effect.gen(function* () {
      yield* next(answer(), late(answer()))
      const old = yield* textOf()
      // 72 % of an hour: it is not due before.
      yield* TestClock.adjust(0.72 * 3_600_000 - 1)
      assert.strictEqual(yield* textOf(), old)
      yield* settled
      assert.strictEqual(yield* asked, 1)
      // 80 %: it is due.
      yield* TestClock.adjust(0.08 * 3_600_000 + 1)
      assert.deepStrictEqual(new Set(yield* all(1000, textOf())), new Set([old]))
      yield* settled
      assert.strictEqual(yield* asked, 2)
      yield* TestClock.adjust("1 second")
      yield* settled
      assert.notStrictEqual(yield* textOf(), old)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: is one for eight processes", () =>
    Effect.gen(function* () {
      yield* next(answer(), late(answer()))
      const processes = yield* all(8, process)
      yield* Effect.forEach(processes, (tokens) => tokens.token())
      yield* TestClock.adjust("55 minutes")
      const old = yield* Effect.forEach(processes, (tokens) => tokens.token())
      yield* settled
      yield* TestClock.adjust("1 second")
      yield* settled
      const now = yield* Effect.forEach(processes, (tokens) => tokens.token())
      assert.strictEqual(new Set(old.map(text)).size, 1)
      assert.strictEqual(new Set(now.map(text)).size, 1)
      assert.notStrictEqual(text(old[0]!), text(now[0]!))
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("K1: that fails keeps the token while it is valid, and pauses for two minutes", () =>
    Effect.gen(function* () {
      yield* next(answer())
      const old = yield* textOf()
      yield* TestClock.adjust("50 minutes")
      const attempt = Effect.gen(function* () {
        yield* next(json({}, 503))
        assert.strictEqual(yield* textOf(), old)
        yield* settled
        return yield* asked
      })
      assert.strictEqual(yield* attempt, 2)
      yield* TestClock.adjust("119 seconds")
      assert.strictEqual(yield* textOf(), old)
      yield* settled
      assert.strictEqual(yield* asked, 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* attempt, 3)
      // After its end callers wait for another one.
      yield* TestClock.adjust("8 minutes")
      yield* next(answer())
      assert.notStrictEqual(yield* textOf(), old)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: of an application that is gone keeps the token until its end, and no longer", () => {
    let installed = [installation]
    const installations = Layer.succeed(AppInstallations.AppInstallations, {
      find: () =>
        installed[0] === undefined
          ? Effect.fail(new AppInstallations.UnknownInstallation({ accountId: account }))
          : Effect.succeed(installed[0])
    })
    return Effect.gen(function* () {
      yield* next(answer())
      const tokens = yield* process
      const old = yield* tokens.token()
      installed = []
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(text(yield* tokens.token()), text(old))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Effect.flip(tokens.token()))._tag, "UnknownInstallation")
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(installations, layer)))
  })

  it.effect("K1: of another client does not use the tokens of the one before", () => {
    let client = installation
    const installations = Layer.succeed(AppInstallations.AppInstallations, { find: () => Effect.succeed(client) })
    return Effect.gen(function* () {
      const tokens = yield* process
      const old = yield* tokens.token()
      client = new AppInstallations.AppInstallation({ ...installation, clientId: otherInstallation.clientId })
      const now = yield* (yield* process).token()
      assert.notStrictEqual(text(old), text(now))
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(installations, layer)))
  })

  it.effect("K1: ends with the layer, and so does a first request", () =>
    Effect.gen(function* () {
      yield* next(answer())
      let ended = 0
      yield* Effect.gen(function* () {
        const tokens = yield* process
        yield* tokens.token()
        yield* TestClock.adjust("55 minutes")
        yield* next(() => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (ended += 1))))
        yield* tokens.token()
        yield* settled
        assert.strictEqual(yield* asked, 2)
      }).pipe(Effect.scoped)
      assert.strictEqual(ended, 1)
      const tokens = yield* Effect.scoped(process)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(tokens.token(otherAccount))))
    }).pipe(Effect.provide(layer))
  )
})

describe("the life of a token", () => {
  const seconds = 1_000_000
  const life = (overrides: object) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(seconds * 1000)
      yield* next(answer(overrides))
      yield* token()
      const kept = Option.getOrThrow(yield* AppTokenStore.AppTokenStore.use((store) => store.get(key)))
      return { ...kept, life: (kept.expiresAt - kept.obtainedAt) / 1000 }
    }).pipe(Effect.provide(layer))

  for (const [what, overrides, expected] of [
    ["expires_in as a number", { expires_in: 600 }, 600],
    ["expires_in as a text", { expires_in: "600" }, 600],
    ["expires_in before exp", { expires_in: 600, access_token: jwt({ exp: seconds + 60 }) }, 600],
    ["the exp of the token", { expires_in: undefined, access_token: jwt({ exp: seconds + 60 }) }, 60],
    ["exp, with an issuer's clock that is ahead", { access_token: jwt({ iat: seconds + 30, exp: seconds + 90 }) }, 60],
    ["exp, of a token that is some seconds old", { access_token: jwt({ iat: seconds - 30, exp: seconds + 60 }) }, 60],
    ["an hour without both", {}, 3600],
    ["an hour for a token that is not a JWT", { access_token: "a.b.c" }, 3600],
    ["an hour for an exp that is none", { access_token: jwt({ exp: "soon" }) }, 3600],
    ["ten years at most", { expires_in: "999999999999999" }, 3650 * 86_400]
  ] as const) {
    it.effect(`K1: is ${what}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* life({ expires_in: undefined, ...overrides })).life, expected)
      })
    )
  }

  it.effect.prop(
    "K1: whatever it is, the renewal is due when 72 to 80 % of it are over",
    [Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000_000 }))],
    ([expires_in]) =>
      Effect.gen(function* () {
        const { expiresAt, obtainedAt, renewAt } = yield* life({ expires_in })
        const part = (renewAt - obtainedAt) / (expiresAt - obtainedAt)
        assert.isAtLeast(part, 0.719)
        assert.isAtMost(part, 0.801)
      })
  )

  it.effect("K1: of nothing: each caller that waited gets it, and the next one asks again", () =>
    Effect.gen(function* () {
      yield* next(late(answer({ expires_in: 0 })))
      const waiting = yield* Effect.forkChild(all(100, textOf()))
      yield* settled
      yield* TestClock.adjust("1 second")
      const texts = yield* Fiber.join(waiting)
      assert.strictEqual(new Set(texts).size, 1)
      assert.notInclude(texts, yield* textOf())
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )
})

describe("failures", () => {
  it.effect("K1: are shared by the callers that wait, and not remembered", () =>
    Effect.gen(function* () {
      yield* next(late(oauthError("invalid_client", 401)))
      const waiting = yield* Effect.forkChild(all(1000, Effect.flip(token())))
      yield* settled
      yield* TestClock.adjust("1 second")
      const errors = yield* Fiber.join(waiting)
      assert.deepStrictEqual([...new Set(errors.map(({ _tag }) => _tag))], ["TokenError"])
      assert.strictEqual(yield* asked, 1)
      assert.include(yield* textOf(), "planted-access")
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: 429 and 5xx are repeated as the policy says, once for all callers", () =>
    Effect.gen(function* () {
      yield* next(json({}, 429), late(json({}, 503)))
      const waiting = yield* Effect.forkChild(all(1000, textOf()))
      yield* settled
      yield* TestClock.adjust("4999 millis")
      yield* settled
      assert.strictEqual(yield* asked, 1)
      yield* TestClock.adjust("1 millis")
      yield* settled
      assert.strictEqual(yield* asked, 2)
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(new Set(yield* Fiber.join(waiting)).size, 1)
      assert.strictEqual(yield* asked, 3)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: a caller whose policy repeats nothing fails at once, beside those that go on", () =>
    Effect.gen(function* () {
      yield* next(late(json({}, 429)))
      const patient = yield* Effect.forkChild(textOf())
      yield* settled
      const hasty = yield* Effect.forkChild(Effect.flip(RetryPolicy.disabled(token())))
      yield* settled
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(hasty))._tag, "TokenError")
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(patient)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: an outage of the Domain API is waited for as well", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/baseURI.json", json({}, 503))
      const waiting = yield* Effect.forkChild(textOf())
      yield* settled
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(layer))
  )
})

describe("a store or a lock that is down", () => {
  const silent = { get: () => Effect.never, set: () => Effect.never, remove: () => Effect.never }
  const broken = {
    get: () => Effect.fail(failing),
    set: () => Effect.fail(failing),
    remove: () => Effect.fail(failing)
  }
  for (const [what, options] of [
    ["a store that fails", { appTokens: Layer.succeed(AppTokenStore.AppTokenStore, broken) }],
    ["a store that is silent", { appTokens: Layer.succeed(AppTokenStore.AppTokenStore, silent) }],
    ["a lock that fails", { lock: Layer.succeed(RefreshLock, { withLock: () => Effect.fail(failing) }) }],
    ["a lock that is silent", { lock: Layer.succeed(RefreshLock, { withLock: () => Effect.never }) }],
    [
      "a lock that fails when the work is done",
      {
        lock: Layer.succeed(RefreshLock, {
          withLock: <A, E, R>(_: string, effect: Effect.Effect<A, E, R>) =>
            Effect.andThen(effect, Effect.fail(failing)) as Effect.Effect<A, E | StoreError, R>
        })
      }
    ],
    [
      "both",
      {
        appTokens: Layer.succeed(AppTokenStore.AppTokenStore, silent),
        lock: Layer.succeed(RefreshLock, { withLock: () => Effect.never })
      }
    ]
  ] as const) {
    it.effect(`K1: ${what} costs one request, one renewal, and no failure`, () =>
      Effect.gen(function* () {
        const first = yield* Effect.forkChild(all(1000, textOf()))
        for (let second = 0; second < 20; second++) {
          yield* settled
          yield* TestClock.adjust("1 second")
        }
        const [old, ...rest] = new Set(yield* Fiber.join(first))
        assert.deepStrictEqual(rest, [])
        assert.strictEqual(yield* asked, 1)
        yield* TestClock.adjust("7 hours")
        assert.strictEqual(yield* textOf(), old)
        for (let second = 0; second < 20; second++) {
          yield* settled
          yield* TestClock.adjust("1 second")
        }
        assert.notStrictEqual(yield* textOf(), old)
        assert.strictEqual(yield* asked, 2)
      }).pipe(Effect.provide(layerWith(options)))
    )
  }

  it.effect("K1: installations that cannot be looked up are a failure, which is not remembered", () => {
    let down = true
    const installations = Layer.succeed(AppInstallations.AppInstallations, {
      find: () => (down ? Effect.fail(failing) : Effect.succeed(installation))
    })
    return Effect.gen(function* () {
      const tokens = yield* process
      assert.strictEqual((yield* Effect.flip(tokens.token()))._tag, "StoreError")
      assert.strictEqual((yield* Effect.flip(tokens.token(account)))._tag, "StoreError")
      down = false
      yield* tokens.token()
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(installations, layer)))
  })
})

describe("renew", () => {
  it.effect("K1: one request for 1,000 callers with the same token, and the others go on", () =>
    Effect.gen(function* () {
      yield* next(answer(), late(answer()))
      const refused = yield* token()
      const waiting = yield* Effect.forkChild(all(1000, renew({ unless: refused })))
      yield* settled
      assert.strictEqual(yield* textOf(), text(refused))
      yield* TestClock.adjust("1 second")
      const [now, ...rest] = new Set((yield* Fiber.join(waiting)).map(text))
      assert.deepStrictEqual(rest, [])
      assert.notStrictEqual(now, text(refused))
      assert.strictEqual(yield* textOf(), now)
      // A caller that comes late with the old token gets the new one.
      assert.strictEqual(text(yield* renew({ unless: refused })), now)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: takes the token that another process has got since", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([process, process])
      const refused = yield* one.token()
      yield* other.token()
      const now = yield* one.renew({ unless: refused })
      assert.strictEqual(text(yield* other.renew({ unless: refused })), text(now))
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("K1: is not content with what an attempt brings that had begun before", () =>
    Effect.gen(function* () {
      // The first look into the store takes so long that its token has been refused elsewhere by then.
      const theirs = yield* stored({ life: 3_600_000, over: 1000 })
      yield* save(theirs)
      const store = yield* AppTokenStore.AppTokenStore
      const slow = { ...store, get: (key: AppTokenKey) => Effect.delay(store.get(key), "1 second") }
      const tokens = yield* Effect.provideService(process, AppTokenStore.AppTokenStore, slow)
      const first = yield* Effect.forkChild(tokens.token())
      yield* settled
      const waiting = yield* Effect.forkChild(all(100, tokens.renew({ unless: theirs.accessToken })))
      for (let second = 0; second < 5; second++) {
        yield* settled
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(text(yield* Fiber.join(first)), text(theirs.accessToken))
      assert.notInclude((yield* Fiber.join(waiting)).map(text), text(theirs.accessToken))
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("K1: a Sentinel that gives the same token again is asked once", () =>
    Effect.gen(function* () {
      const same = answer()
      const again = { access_token: "planted-same", expires_in: 3600 }
      yield* next(answer(again), late(answer(again)), same)
      const refused = yield* token()
      const waiting = yield* Effect.forkChild(all(1000, renew({ unless: refused })))
      yield* settled
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: fails if there is no other token, while the old one stays in use", () =>
    Effect.gen(function* () {
      const refused = yield* token()
      yield* next(oauthError("invalid_client", 401))
      assert.strictEqual((yield* Effect.flip(renew({ unless: refused })))._tag, "TokenError")
      assert.strictEqual(yield* textOf(), text(refused))
    }).pipe(Effect.provide(layer))
  )
})

describe("authorized", () => {
  const api = "https://api-12345678.liveperson.net/things"
  const client = (options?: AppTokens.AuthorizedOptions) =>
    Effect.flatMap(HttpClient.HttpClient, (client) => AppTokens.authorized(client, options))
  const refused = json({}, 401, { "www-authenticate": 'Bearer realm="api", error="invalid_token"' })

  for (const [scheme, before] of [
    [undefined, "Bearer "],
    ["Bearer", "Bearer "],
    ["none", ""]
  ] as const) {
    it.effect(`K1: sends the token in the header, with the scheme ${scheme ?? "that is usual"}`, () =>
      Effect.gen(function* () {
        yield* (yield* client({ scheme })).get(api)
        const [sent] = (yield* Wire).to("/things")
        assert.strictEqual(sent!.headers["authorization"], `${before}${yield* textOf()}`)
        assert.notInclude(sent!.url.href, yield* textOf())
      }).pipe(Effect.provide(layer))
    )
  }

  it.effect("K1: sends the token of the account that is named", () =>
    Effect.gen(function* () {
      yield* (yield* client({ accountId: otherAccount })).get(api)
      assert.strictEqual(
        (yield* Wire).to("/things")[0]!.headers["authorization"],
        `Bearer ${yield* textOf(otherAccount)}`
      )
    }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("K1: only to allowed hosts, and asks for no token for others", () =>
    Effect.gen(function* () {
      const http = yield* client()
      for (const url of ["https://evil.example/things", "http://api-12345678.liveperson.net/things", "/things"])
        assert.strictEqual((yield* Effect.flip(http.get(url)))._tag, "DomainsError", url)
      assert.strictEqual((yield* Wire).sent.length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: 1,000 calls that are refused at once cause one renewal and one repetition each", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const http = yield* client()
      wire.next("/things", ...Array.from({ length: 1000 }, () => refused))
      const answers = yield* all(1000, http.get(api))
      assert.isTrue(answers.every(({ status }) => status === 200))
      assert.strictEqual(yield* asked, 2)
      assert.strictEqual(wire.to("/things").length, 2000)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: repeats what can be repeated, once; the answer to a stream is given as it is", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const http = yield* client()
      const stream = HttpClientRequest.bodyStream(HttpClientRequest.post(api), Stream.make(new Uint8Array(1)))
      wire.next("/things", refused)
      assert.strictEqual((yield* http.execute(stream)).status, 401)
      assert.strictEqual(yield* asked, 1)
      wire.next("/things", json({}, 403))
      assert.strictEqual((yield* http.get(api)).status, 403)
      assert.strictEqual(yield* asked, 1)
      wire.next("/things", refused)
      const form = HttpClientRequest.bodyText(HttpClientRequest.post(api), "a=b")
      assert.strictEqual((yield* http.execute(form)).status, 200)
      assert.deepStrictEqual(
        wire
          .to("/things")
          .slice(-2)
          .map(({ form }) => form.get("a")),
        ["b", "b"]
      )
      wire.next("/things", refused, refused, refused)
      assert.strictEqual((yield* http.get(api)).status, 401)
      assert.strictEqual(yield* asked, 3)
      // The new token did not help either, so this 401 has another reason.
      assert.strictEqual((yield* http.get(api)).status, 401)
      assert.strictEqual(yield* asked, 3)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K1: a 401 that says nothing means a token that is older than a minute", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const http = yield* client()
      wire.next("/things", json({}, 401))
      assert.strictEqual((yield* http.get(api)).status, 401)
      yield* TestClock.adjust("61 seconds")
      wire.next("/things", json({}, 401))
      assert.strictEqual((yield* http.get(api)).status, 200)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(layer))
  )
})
