import { assert, describe, it } from "@effect/vitest"
import { fromUrl } from "@le-auth/core/AuthorizeRequest"
import * as CookieNames from "@le-auth/core/CookieNames"
import { DevelopmentHost } from "@le-auth/core/DevelopmentHosts"
import { RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import { unidentified } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import { StoreError } from "@le-auth/core/StoreError"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  callbackOf,
  installation,
  json,
  layer,
  layerWith,
  oauthError,
  otherAccount,
  otherInstallation,
  signIn,
  Wire
} from "./ScriptedSentinel.ts"

const app = DevelopmentHost.make("app")

/** The reason of a refused callback. */
const refusal = (callback: SignIn.Callback) =>
  Effect.map(Effect.flip(SignIn.complete(callback)), (error) =>
    error._tag === "CallbackError" ? error.reason._tag : error._tag
  )

const stateOf = (started: SignIn.Started) => new URL(started.url).searchParams.get("state")!

describe("SignIn.start", () => {
  it.effect("A8: sends the browser to the account's Sentinel with what was asked for, and nothing secret", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start({ returnTo: "/inbox", applicationState: { draft: 7 } })
      const request = Result.getOrThrow(fromUrl(started.url))
      assert.isTrue(
        started.url.startsWith(
          "https://sentinel-12345678.liveperson.net/sentinel/api/account/12345678/authorize?v=1.0&"
        )
      )
      assert.strictEqual(request.clientId, installation.clientId)
      assert.strictEqual(request.redirectUri, installation.redirectUris[0])
      assert.isUndefined(request.scope)
      assert.isUndefined(request.codeChallenge)
      // A8
      assert.notInclude(started.url, "planted")
      assert.notInclude(started.url, Redacted.value(started.binding.value))
    }).pipe(Effect.provide(layer))
  )

  it.effect("B1: state is made here, has 256 bits, and never repeats", () =>
    Effect.gen(function* () {
      const states = new Set<string>()
      for (let index = 0; index < 1000; index++) states.add(stateOf(yield* SignIn.start()))
      assert.strictEqual(states.size, 1000)
      for (const state of states) assert.match(state, /^[A-Za-z0-9_-]{55}$/)
      // @ts-expect-error the caller cannot bring a state
      yield* SignIn.start({ state: "mine" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("B1, B12: a sign-in's cookie tells when it started, so that a browser's oldest can go first", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 29, 12))
      const first = (yield* SignIn.start()).binding.name
      yield* TestClock.adjust("1 second")
      const second = (yield* SignIn.start()).binding.name
      const names = [second, "__Host-le-auth-session", first, "le-auth-" + "A".repeat(12), "other"]
      assert.deepStrictEqual(CookieNames.openSignIns(names, second), [
        { name: first, startedAt: Date.UTC(2026, 10, 29, 12) },
        { name: second, startedAt: Date.UTC(2026, 10, 29, 12, 0, 1) }
      ])
    }).pipe(Effect.provide(layer))
  )

  it.effect("B9: on loopback the cookie's name has the port, and a prefix of the application's own counts", () =>
    Effect.gen(function* () {
      const uris = [
        "http://localhost:3000/cb",
        "http://[::1]:3001/cb",
        "https://127.0.0.1:3443/cb",
        "https://app.example:8443/cb"
      ]
      const prefixes = ["le-auth-3000-", "le-auth-3001-", "__Host-le-auth-3443-", "__Host-le-auth-"]
      for (const cookiePrefix of [undefined, "shop."]) {
        yield* Effect.gen(function* () {
          for (const [index, uri] of uris.entries()) {
            const started = yield* SignIn.start({ redirectUri: RedirectUri.make(uri) })
            const expected = prefixes[index]!.replace("le-auth-", cookiePrefix ?? "le-auth-")
            assert.strictEqual(started.binding.name.slice(0, -12), expected)
            yield* SignIn.complete(callbackOf(started))
          }
        }).pipe(
          Effect.provide(
            layerWith({
              signIn: { cookiePrefix },
              installations: [{ ...installation, redirectUris: uris.map((uri) => RedirectUri.make(uri)) }]
            })
          )
        )
      }
    })
  )

  it.effect("B9: a cookie prefix is a token, and none that browsers give a meaning to", () =>
    Effect.gen(function* () {
      for (const prefix of ["", "a b", "a=b", "a;b", "ä", "a,b", "__Host-x", "__secure-x", "x".repeat(65)]) {
        const error = yield* Effect.flip(CookieNames.parsePrefix(prefix))
        assert.include(error.message, "is not a cookie prefix", prefix)
      }
    })
  )

  it.effect("B9: the cookie's value cannot be read as the state", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      assert.isTrue(started.binding.name.startsWith("__Host-le-auth-"))
      assert.notInclude(stateOf(started), Redacted.value(started.binding.value))
      assert.notInclude(Redacted.value(started.binding.value), stateOf(started).slice(12))
    }).pipe(Effect.provide(layer))
  )

  it.effect("B9: the cookie has the prefix __Host- where it comes back over https, and only there", () =>
    Effect.gen(function* () {
      for (const [redirectUris, prefix] of [
        [["https://app.example/callback"], "__Host-le-auth-"],
        [["HTTPS://app.example/callback"], "__Host-le-auth-"],
        [["http://localhost/https:"], "le-auth-"],
        [["https://localhost:3000/callback"], "__Host-le-auth-3000-"],
        [["http://app:3000/callback"], "le-auth-3000-"],
        [["https://app.internal:3000/callback"], "__Host-le-auth-3000-"],
        [["https://app.example:3000/callback"], "__Host-le-auth-"],
        [[], "le-auth-"]
      ] as const) {
        const installed = { ...installation, redirectUris: redirectUris.map((uri) => RedirectUri.make(uri)) }
        yield* Effect.gen(function* () {
          const started = yield* SignIn.start()
          assert.strictEqual(started.binding.name, prefix + stateOf(started).slice(0, 12))
          assert.match(Redacted.value(started.binding.value), /^[A-Za-z0-9_-]{43}$/)
          assert.strictEqual((yield* SignIn.complete(callbackOf(started))).bindingName, started.binding.name)
        }).pipe(Effect.provide(layerWith({ installations: [installed], domains: { developmentHosts: [app] } })))
      }
    })
  )

  it.effect("A7: a redirect URI in plain http leads to this computer or to a listed host", () =>
    Effect.gen(function* () {
      const started = (redirectUri: string, developmentHosts: ReadonlyArray<DevelopmentHost> = [app]) => {
        const installed = { ...installation, redirectUris: [RedirectUri.make(redirectUri)] }
        return Effect.exit(SignIn.start()).pipe(
          Effect.provide(layerWith({ installations: [installed], domains: { developmentHosts } }))
        )
      }
      for (const uri of ["http://localhost:3000/cb", "http://app:3000/cb", "http://APP/cb", "https://other/cb"]) {
        assert.isTrue(Exit.isSuccess(yield* started(uri)), uri)
      }
      for (const uri of [
        "http://other:3000/cb",
        "http://app.internal/cb",
        "http://app.example/cb",
        "http://10.0.0.1/cb"
      ]) {
        const exit = yield* started(uri)
        assert(Exit.isFailure(exit), uri)
        assert.include(Cause.pretty(exit.cause), `${uri} is plain http to another host.`)
      }
      assert.isTrue(Exit.isFailure(yield* started("http://app:3000/cb", [])))
    })
  )

  it.effect("what is not asked for is in neither the record nor the address", () => {
    const records: Array<object> = []
    const watched = Layer.effect(
      TransactionStore.TransactionStore,
      Effect.map(TransactionStore.TransactionStore, (store) => ({
        ...store,
        put: (...parameters: Parameters<typeof store.put>) => {
          records.push(parameters[1])
          return store.put(...parameters)
        }
      }))
    ).pipe(Layer.provide(TransactionStore.layerMemory))
    return Effect.gen(function* () {
      const { url } = yield* SignIn.start()
      assert.deepStrictEqual(Object.keys(records[0]!), ["accountId", "clientId", "sentinel", "deadline"])
      assert.deepStrictEqual([...new URL(url).searchParams.keys()], ["v", "response_type", "client_id", "state"])
    }).pipe(
      Effect.provide(
        layerWith({
          installations: [{ ...installation, redirectUris: [] }],
          stores: Layer.merge(watched, SessionStore.layerMemory)
        })
      )
    )
  })

  it.effect("B11: a return path that leads elsewhere is refused", () =>
    Effect.gen(function* () {
      for (const returnTo of [
        "//evil.example",
        "/\\evil.example",
        "\\evil",
        "https://evil.example",
        "https:evil",
        "javascript:alert(1)",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/%2Fevil.example",
        "evil",
        "",
        "/a\nb",
        "/a b",
        "/\t/evil.example"
      ]) {
        const error = yield* Effect.flip(SignIn.start({ returnTo }))
        assert(error._tag === "SignInError" && error.reason._tag === "InvalidReturnPath", returnTo)
        assert.include(error.message, "must start with one slash")
      }
      for (const returnTo of ["/", "/inbox?x=1#y", "/a//b"]) yield* SignIn.start({ returnTo })
    }).pipe(Effect.provide(layer))
  )

  it.effect("A6: with several redirect URIs one of them is always sent, and no other is accepted", () =>
    Effect.gen(function* () {
      const first = Result.getOrThrow(fromUrl((yield* SignIn.start()).url))
      assert.strictEqual(first.redirectUri, "https://app.example/one")
      const second = Result.getOrThrow(
        fromUrl((yield* SignIn.start({ redirectUri: RedirectUri.make("https://app.example/two") })).url)
      )
      assert.strictEqual(second.redirectUri, "https://app.example/two")
      const error = yield* Effect.flip(SignIn.start({ redirectUri: RedirectUri.make("https://app.example/TWO") }))
      assert(error._tag === "SignInError" && error.reason._tag === "UnknownRedirectUri")
      assert.include(error.message, "https://app.example/TWO")
    }).pipe(
      Effect.provide(
        layerWith({
          installations: [
            {
              ...installation,
              redirectUris: [RedirectUri.make("https://app.example/one"), RedirectUri.make("https://app.example/two")]
            }
          ]
        })
      )
    )
  )

  it.effect("an account must be named when there are several, and an unknown one is a typed error", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(SignIn.start()))._tag, "UnknownInstallation")
      assert.include((yield* SignIn.start({ accountId: otherAccount })).url, "sentinel-87654321.liveperson.net")
    }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("D11, D12: PKCE and scope travel when they are switched on", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start()
      const request = Result.getOrThrow(fromUrl(started.url))
      assert.strictEqual(request.scope, "openid")
      assert.match(request.codeChallenge!, /^[A-Za-z0-9_-]{43}$/)
      yield* SignIn.complete(callbackOf(started))
      // D11, D12
      assert.match(wire.to("/token")[0]!.form.get("code_verifier")!, /^[A-Za-z0-9\-._~]{43,128}$/)
    }).pipe(Effect.provide(layerWith({ signIn: { pkce: true, scope: "openid" } })))
  )
})

/** Three parties, each of which knows the others by names of its own. */
describe("A7: browser, application and Sentinel", () => {
  const hosts = ["sentinel", "app"].map((name) => DevelopmentHost.make(name))

  it.effect.each([
    // where they are, the Domain API for the application, the host that it answers, the redirect URI, where the browser
    // finds Sentinel; then where the browser and the application go.
    ["all on one computer", "http://localhost:4400", "localhost:4400", "http://localhost:3000/cb", undefined],
    ["one computer, TLS", "https://localhost:4400", "localhost:4400", "https://localhost:3000/cb", undefined],
    ["all in siblings", "http://sentinel:4400", "sentinel:4400", "http://app:3000/cb", undefined],
    ["all in siblings, TLS", "https://sentinel:4400", "sentinel:4400", "https://app:3000/cb", undefined],
    [
      "browser outside, same port",
      "http://sentinel:4400",
      "sentinel:4400",
      "http://localhost:3000/cb",
      "http://localhost:4400"
    ],
    [
      "browser outside, other port",
      "http://sentinel:4400",
      "sentinel:4400",
      "http://localhost:3001/cb",
      "http://localhost:5500"
    ],
    [
      "browser outside, TLS",
      "https://sentinel:4400",
      "sentinel:4400",
      "https://localhost:3000/cb",
      "https://localhost:4400"
    ],
    [
      "TLS for the browser alone",
      "http://sentinel:4400",
      "sentinel:4400",
      "https://localhost:3000/cb",
      "https://localhost:4400"
    ],
    [
      "browser inside, application outside",
      "http://localhost:5500",
      "localhost:5500",
      "http://app:3000/cb",
      "http://sentinel:4400"
    ],
    [
      "Sentinel says its public name",
      "http://sentinel:4400",
      "localhost:4400",
      "http://app:3000/cb",
      "http://sentinel:4400"
    ]
  ] as const)("%s", ([, domainApi, named, redirectUri, authorizeOrigin]) =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", json({ service: "sentinel", account, baseURI: named }))
      const started = yield* SignIn.start()
      const address = new URL(started.url)
      const asked = new URL(domainApi)
      // The application goes by the Domain API, in its scheme, for all that it asks itself.
      const sentinel = `${asked.protocol}//${named}`
      assert.strictEqual(address.origin, authorizeOrigin ?? sentinel)
      assert.strictEqual(address.searchParams.get("redirect_uri"), redirectUri)
      const { session } = yield* SignIn.complete(callbackOf(started))
      yield* Sessions.use((sessions) => sessions.refresh(session.key))
      assert.strictEqual(wire.sent[0]!.url.origin, domainApi)
      const others = wire.sent.slice(1).map(({ url }) => url.origin)
      assert.isAtLeast(others.length, 2)
      assert.deepStrictEqual([...new Set(others)], [sentinel])
      // What the browser brings back is what the token request repeats.
      assert.strictEqual(wire.to("/token")[0]!.form.get("redirect_uri"), redirectUri)
      assert.strictEqual(started.binding.name.startsWith("__Host-"), redirectUri.startsWith("https:"))
    }).pipe(
      Effect.provide(
        layerWith({
          installations: [{ ...installation, redirectUris: [RedirectUri.make(redirectUri)] }],
          domains: {
            domainApi: Origin.make(domainApi),
            developmentHosts: hosts,
            authorizeOrigin: authorizeOrigin && Origin.make(authorizeOrigin)
          }
        })
      )
    )
  )
})

describe("SignIn.complete", () => {
  it.effect("D1, D2, D3: exchanges the code and gives the session, the return path and the application's state", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start({ returnTo: "/inbox", applicationState: { draft: 7 } })
      const { applicationState, returnTo, session } = yield* SignIn.complete(callbackOf(started))
      assert.strictEqual(session.key.subject, "3552833710")
      assert.strictEqual(session.claims?._tag, "VerifiedClaims")
      assert.strictEqual(returnTo, "/inbox")
      assert.deepStrictEqual(applicationState, { draft: 7 })
      const [exchange] = wire.to("/token")
      // D1, D2, D3
      assert.strictEqual(exchange!.method, "POST")
      assert.strictEqual(
        exchange!.url.href,
        "https://sentinel-12345678.liveperson.net/sentinel/api/account/12345678/token?v=1.0"
      )
      assert.match(exchange!.headers["content-type"]!, /^application\/x-www-form-urlencoded/)
      assert.isUndefined(exchange!.headers["authorization"])
      assert.deepStrictEqual(Object.fromEntries(exchange!.form), {
        grant_type: "authorization_code",
        code: "planted-code",
        redirect_uri: "https://app.example/callback",
        client_id: installation.clientId,
        client_secret: "planted-client-secret"
      })
    }).pipe(Effect.provide(layer))
  )

  it.effect("D3: no redirect URI sent, none in the exchange", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start()
      assert.notInclude(started.url, "redirect_uri")
      yield* SignIn.complete(callbackOf(started))
      assert.isFalse(wire.to("/token")[0]!.form.has("redirect_uri"))
      assert.isFalse(wire.to("/token")[0]!.form.has("code_verifier"))
    }).pipe(Effect.provide(layerWith({ installations: [{ ...installation, redirectUris: [] }] })))
  )

  it.effect("B2: a callback in another browser fails, with no cookie or with another's", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const mine = yield* SignIn.start()
      const others = yield* SignIn.start()
      const { url } = callbackOf(mine)
      assert.strictEqual(yield* refusal({ url, cookies: {} }), "WrongUserAgent")
      assert.strictEqual(yield* refusal(SignIn.callback(url, others.binding)), "WrongUserAgent")
      assert.strictEqual(
        yield* refusal({ url, cookies: { [mine.binding.name]: Redacted.value(others.binding.value) } }),
        "UnknownTransaction"
      )
      assert.strictEqual(wire.to("/token").length, 0)
      // B5: none of that used up the right one.
      yield* SignIn.complete(callbackOf(mine))
    }).pipe(Effect.provide(layer))
  )

  it.effect("B2: a plain cookie that a neighbour planted does not stand in for a __Host- cookie", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const planted = { [started.binding.name.replace("__Host-", "")]: Redacted.value(started.binding.value) }
      assert.strictEqual(yield* refusal({ url: callbackOf(started).url, cookies: planted }), "UnknownTransaction")
    }).pipe(Effect.provide(layer))
  )

  it.effect("B3: of 1,000 parallel callbacks of one browser one exchanges the code, and all are signed in", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start({ returnTo: "/inbox", applicationState: { draft: 7 } })
      const callback = callbackOf(started)
      const foreign = { ...callback, cookies: { [started.binding.name]: "x".repeat(43) } } as SignIn.Callback
      const complete = SignIn.complete(callback)
      const [all, others] = yield* Effect.all(
        [
          Effect.all(
            Array.from({ length: 1000 }, () => complete),
            { concurrency: "unbounded" }
          ),
          Effect.all(
            Array.from({ length: 50 }, () => refusal(foreign)),
            { concurrency: "unbounded" }
          )
        ],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(wire.to("/token").length, 1)
      assert.strictEqual(all.filter(({ isRepeated }) => !isRepeated).length, 1)
      for (const { applicationState, returnTo, session } of all) {
        assert.strictEqual(session, all[0]!.session)
        assert.strictEqual(returnTo, "/inbox")
        assert.deepStrictEqual(applicationState, { draft: 7 })
      }
      assert.deepStrictEqual(new Set(others), new Set(["UnknownTransaction"]))
    }).pipe(Effect.provide(layer))
  )

  it.effect("B3: what came of a sign-in is known for a minute, and not once the user has signed out", () =>
    Effect.gen(function* () {
      const callback = callbackOf(yield* SignIn.start())
      const other = callbackOf(yield* SignIn.start())
      const { session } = yield* SignIn.complete(callback)
      yield* SignIn.complete(other)
      yield* TestClock.adjust("59 seconds")
      assert.deepInclude(yield* SignIn.complete(callback), { isRepeated: true, session })
      yield* Sessions.use((sessions) => sessions.forget(session.key))
      assert.strictEqual(yield* refusal(callback), "UnknownTransaction")
      yield* SignIn.complete(other)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* refusal(other), "UnknownTransaction")
    }).pipe(Effect.provide(layer))
  )

  it.effect("B3: what fails fails alike for all, and is not tried again", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", oauthError("invalid_grant"))
      const callback = callbackOf(yield* SignIn.start())
      const all = yield* Effect.all(
        [refusal(callback), refusal(callback), Effect.flatMap(Effect.yieldNow, () => refusal(callback))],
        {
          concurrency: "unbounded"
        }
      )
      assert.deepStrictEqual(all, ["TokenError", "TokenError", "TokenError"])
      assert.strictEqual(yield* refusal(callback), "TokenError")
      assert.strictEqual(wire.to("/token").length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("B3, F2: the sender of the first callback may leave, and the next one is signed in all the same", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", () =>
        Effect.as(Effect.sleep("5 seconds"), Response.json({ access_token: "planted-late", token_type: "bearer" }))
      )
      const callback = callbackOf(yield* SignIn.start())
      const first = yield* Effect.forkChild(SignIn.complete(callback))
      yield* TestClock.adjust("1 second")
      const leaving = yield* Effect.forkChild(Fiber.interrupt(first))
      const second = yield* Effect.forkChild(SignIn.complete(callback))
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(leaving)
      assert.isTrue((yield* Fiber.join(second)).isRepeated)
      assert.strictEqual(wire.to("/token").length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("B4: a sign-in may take 10 minutes and not longer", () =>
    Effect.gen(function* () {
      const first = callbackOf(yield* SignIn.start())
      const second = callbackOf(yield* SignIn.start())
      const third = callbackOf(yield* SignIn.start())
      yield* TestClock.adjust("599999 millis")
      yield* SignIn.complete(first)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* refusal(second), "Expired")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* refusal(third), "UnknownTransaction")
    }).pipe(Effect.provide(layer))
  )

  it.effect("B5: a wrong state does not burn the right one, and a used one stays used", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const callback = callbackOf(started)
      const wrong = SignIn.callback(callback.url.replace(/state=.*/, `state=${"x".repeat(55)}`), started.binding)
      assert.strictEqual(yield* refusal(wrong), "WrongUserAgent")
      yield* SignIn.complete(callback)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* refusal(callback), "UnknownTransaction")
    }).pipe(Effect.provide(layer))
  )

  it.effect("B6: two sign-ins from one browser both succeed, in any order", () =>
    Effect.gen(function* () {
      const first = yield* SignIn.start({ returnTo: "/first" })
      const second = yield* SignIn.start({ returnTo: "/second" })
      const cookies = Object.fromEntries(
        [first, second].map(({ binding }) => [binding.name, Redacted.value(binding.value)])
      )
      assert.strictEqual((yield* SignIn.complete({ url: callbackOf(second).url, cookies })).returnTo, "/second")
      assert.strictEqual((yield* SignIn.complete({ url: callbackOf(first).url, cookies })).returnTo, "/first")
    }).pipe(Effect.provide(layer))
  )

  it.effect("B12: says which cookies of the browser's other sign-ins are over", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 29, 12))
      const old = yield* SignIn.start()
      yield* TestClock.adjust("1 second")
      const other = yield* SignIn.start()
      yield* TestClock.adjust("1 second")
      const mine = yield* SignIn.start()
      const cookies = Object.fromEntries(
        [old, other, mine].map(({ binding }) => [binding.name, Redacted.value(binding.value)])
      )
      const overNames = Effect.map(
        SignIn.complete({ url: callbackOf(mine).url, cookies: { ...cookies, other: "a" } }),
        ({ overNames }) => overNames
      )
      yield* TestClock.adjust("597 seconds")
      assert.deepStrictEqual(yield* overNames, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* overNames, [old.binding.name])
      // A repeated callback's own sign-in may be over by then: it is the one that was used.
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* overNames, [old.binding.name, other.binding.name])
    }).pipe(Effect.provide(layer))
  )

  it.effect("B3: a store that failed once is asked again when the callback is repeated", () => {
    let isDown = true
    const down = Effect.fail(new StoreError({ store: "transaction store", operation: "take" }))
    const failing = Layer.effect(
      TransactionStore.TransactionStore,
      Effect.map(TransactionStore.TransactionStore, (store) => ({
        ...store,
        take: (id: string) => Effect.suspend(() => (isDown ? down : store.take(id)))
      }))
    ).pipe(Layer.provide(TransactionStore.layerMemory))
    return Effect.gen(function* () {
      const callback = callbackOf(yield* SignIn.start())
      assert.strictEqual(yield* refusal(callback), "StoreError")
      isDown = false
      assert.isFalse((yield* SignIn.complete(callback)).isRepeated)
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(failing, SessionStore.layerMemory) })))
  })

  it.effect("B7, C7: the record decides account, host and redirect URI, whatever the callback says", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start({ accountId: otherAccount })
      const { session } = yield* SignIn.complete(
        callbackOf(started, {
          code: "planted-code",
          account: account,
          redirect_uri: "https://evil.example/",
          host: "evil.example"
        })
      )
      assert.strictEqual(session.key.accountId, otherAccount)
      assert.strictEqual(wire.to("/token")[0]!.url.host, "sentinel-87654321.liveperson.net")
      assert.strictEqual(wire.to("/token")[0]!.form.get("redirect_uri"), "https://app.example/callback")
      assert.strictEqual(wire.to("/token")[0]!.form.get("client_secret"), "planted-other-secret")
    }).pipe(Effect.provide(layerWith({ installations: [installation, otherInstallation] })))
  )

  it.effect("C1: a doubled parameter is refused without using up the sign-in", () =>
    Effect.gen(function* () {
      const callback = callbackOf(yield* SignIn.start())
      assert.strictEqual(
        yield* refusal({ ...callback, url: `${callback.url}&code=other` } as SignIn.Callback),
        "DuplicateParameter"
      )
      yield* SignIn.complete(callback)
    }).pipe(Effect.provide(layer))
  )

  it.effect("C3: an error is believed only with a right state", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      assert.strictEqual(yield* refusal({ url: "/callback?error=access_denied", cookies: {} }), "MissingState")
      assert.strictEqual(
        yield* refusal({ url: "/callback?error=access_denied&state=made-up", cookies: {} }),
        "WrongUserAgent"
      )
      const error = yield* Effect.flip(
        SignIn.complete(callbackOf(started, { error: "access_denied", error_description: "no <licence>" }))
      )
      assert(error._tag === "CallbackError" && error.reason._tag === "Denied")
      assert.strictEqual(error.reason.error, "access_denied")
      assert.strictEqual(error.reason.description, "no <licence>")
      assert.isTrue(error.startAgain)
    }).pipe(Effect.provide(layer))
  )

  it.effect("C3: each failure after the record was found says where the user wanted to go", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const failed = (change: (started: SignIn.Started) => SignIn.Callback) =>
        Effect.gen(function* () {
          const started = yield* SignIn.start({ returnTo: "/inbox" })
          const error = yield* Effect.flip(SignIn.complete(change(started)))
          return { name: started.binding.name, error }
        })
      wire.next("/token", oauthError("invalid_grant"))
      for (const { error, name } of [
        yield* failed((started) => callbackOf(started, { error: "access_denied" })),
        yield* failed((started) => callbackOf(started, { code: "planted-code", iss: "https://evil.example" })),
        yield* failed(callbackOf)
      ]) {
        assert.strictEqual(error.returnTo, "/inbox")
        assert.strictEqual(error.bindingName, name)
      }
      const started = yield* SignIn.start({ returnTo: "/inbox" })
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Effect.flip(SignIn.complete(callbackOf(started)))).returnTo, "/inbox")
      const unbelieved = { url: callbackOf(started).url, cookies: {} }
      assert.isUndefined((yield* Effect.flip(SignIn.complete(unbelieved))).returnTo)
    }).pipe(Effect.provide(layer))
  )

  it.effect("C6: an iss in the callback must be sentinel, in any case", () =>
    Effect.gen(function* () {
      for (const iss of ["sentinel", "Sentinel"]) {
        yield* SignIn.complete(callbackOf(yield* SignIn.start(), { code: "planted-code", iss }))
      }
      for (const iss of ["https://evil.example", "sentinel ", "sentine\u017F"]) {
        assert.strictEqual(
          yield* refusal(callbackOf(yield* SignIn.start(), { code: "planted-code", iss })),
          "WrongIssuer"
        )
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("B10, E7: the record is found by a hash, and no nonce is sent that would have to come back", () => {
    const ids: Array<string> = []
    const watched = Layer.effect(
      TransactionStore.TransactionStore,
      Effect.map(TransactionStore.TransactionStore, (store) => ({
        ...store,
        put: (...parameters: Parameters<typeof store.put>) => {
          ids.push(parameters[0], JSON.stringify(parameters[1]))
          return store.put(...parameters)
        }
      }))
    ).pipe(Layer.provide(TransactionStore.layerMemory))
    return Effect.gen(function* () {
      const started = yield* SignIn.start()
      assert.match(ids[0]!, /^[0-9a-f]{64}$/)
      for (const secret of [stateOf(started), Redacted.value(started.binding.value)])
        assert.notInclude(ids.join(), secret)
      assert.notInclude(started.url, "nonce")
    }).pipe(
      Effect.provide(layerWith({ signIn: { pkce: true }, stores: Layer.merge(watched, SessionStore.layerMemory) }))
    )
  })

  it.effect("takes a web Request as it came", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const request = new Request(callbackOf(started).url, {
        headers: { cookie: `a=b; ${started.binding.name}=${Redacted.value(started.binding.value)}; c=d=e` }
      })
      assert.strictEqual((yield* SignIn.complete(request)).session.key.subject, "3552833710")
      const other = yield* SignIn.start()
      assert.strictEqual(yield* refusal(new Request(callbackOf(other).url)), "WrongUserAgent")
      for (const cookies of [{ [other.binding.name]: undefined }, { undefined: "x".repeat(43) }]) {
        assert.strictEqual(yield* refusal({ url: callbackOf(other).url, cookies }), "WrongUserAgent")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D4: a code is sent once, whatever the answer is", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (const status of [500, 503, 429, 400]) {
        const started = yield* SignIn.start()
        wire.next("/token", () => new Response("", { status }))
        const callback = callbackOf(started, { code: `planted-${status}` })
        const error = yield* Effect.flip(SignIn.complete(callback))
        assert.strictEqual(error._tag, "TokenError")
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* refusal(callback), "UnknownTransaction")
        assert.strictEqual(wire.to("/token").filter(({ form }) => form.get("code") === `planted-${status}`).length, 1)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("F2: interrupted after the code was sent, the session is there all the same", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const started = yield* SignIn.start()
      wire.next("/token", () =>
        Effect.as(Effect.sleep("5 seconds"), Response.json({ access_token: "planted-late", token_type: "bearer" }))
      )
      const completing = yield* Effect.forkChild(SignIn.complete(callbackOf(started)))
      yield* TestClock.adjust("1 second")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(completing))
      yield* TestClock.adjust("4 seconds")
      yield* Fiber.join(interrupting)
      assert.strictEqual((yield* Sessions.use((sessions) => sessions.list(account))).length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("an answer without id_token still gives a session", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", () => Response.json({ access_token: "a", token_type: "Bearer" }))
      const { session } = yield* signIn
      assert.strictEqual(session.key.subject, unidentified)
      assert.isUndefined(session.claims)
    }).pipe(Effect.provide(layer))
  )
})
