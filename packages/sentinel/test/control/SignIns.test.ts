/** Sign-ins without a browser: in the same process, and by the control behind a socket. */
// @effect-diagnostics globalFetch:off
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import type { NewFault } from "@le-auth/sentinel/Fault"
import type { Entry } from "@le-auth/sentinel/JournalEntry"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import { createPublicKey, verify } from "node:crypto"
import { createServer } from "node:http"
import {
  account,
  admin,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  config,
  manyClientId,
  otherAccount,
  otherClientId,
  patiently,
  plainClientId,
  plainSecret,
  secret,
  serviceClientId
} from "../Harness.ts"
import { type Options, start } from "./ControlHarness.ts"

type Sentinel = Effect.Success<ReturnType<typeof start>>

/** Sentinel's routes are made when its handler has answered something. */
const started = (options?: Options) => Effect.tap(start(options), ({ fetch }) => fetch("/health/live"))

const [agentId, adminId] = ["3552833710", "3552833711"] as const
const accountId = AccountId.make(account)

/** Waits until the fault has met a request. */
const untilActed = Effect.fnUntraced(function* ({ control }: Sentinel) {
  while ((yield* control.faults.list).every(({ acted }) => acted === 0)) {
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }
})

const parametersOf = (answer: Redacted.Redacted<string>) => new URL(Redacted.value(answer)).searchParams

/** Whom a code belongs to. */
const userOf = Effect.fnUntraced(function* (sentinel: Sentinel, answer: Redacted.Redacted<string>, redirect?: string) {
  const code = parametersOf(answer).get("code")!
  const { json } = yield* application(sentinel).exchange(code, redirect === undefined ? {} : { redirect_uri: redirect })
  return claimsOf(json["id_token"]!).sub
})

const claimsOf = (idToken: string) =>
  JSON.parse(Buffer.from(idToken.split(".")[1]!, "base64url").toString()) as Record<string, unknown> & { sub: string }

/** Whether the key set of this Sentinel has signed an id_token. */
const isGenuine = Effect.fnUntraced(function* (sentinel: Sentinel, idToken: string) {
  const [head, claims, signature] = idToken.split(".") as [string, string, string]
  const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { readonly kid: string }
  const answer = yield* sentinel.fetch("/sentinel/well-known/jwks")
  const { keys } = (yield* Effect.promise(() => answer.json())) as { readonly keys: ReadonlyArray<{ kid: string }> }
  const key = createPublicKey({ key: keys.find((key) => key.kid === kid) as never, format: "jwk" })
  return verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"))
})

/** An entry without what differs each time, and without the password. */
const shape = ({ client, method, outcome, path, route, status, steps, user }: Entry) => ({
  client,
  method,
  outcome,
  path,
  route,
  status,
  user,
  steps: steps.map(({ what }) => (what === "password accepted" ? "no password: signed in by the control" : what))
})

const journalOf = (sentinel: Sentinel, effect: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    yield* sentinel.control.journal.clear
    yield* Effect.ignore(effect)
    return (yield* sentinel.control.journal.read({})).map(shape)
  })

describe("approve", () => {
  it.effect("R103: gives the callback of a browser, with a code that works and the state", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const url = `https://va.sentinel.liveperson.net${authorizePath({ state: "a b&c", redirect_uri: callback })}`
      const answer = yield* sentinel.control.signIns.approve(new URL(url))
      assert.isTrue(Redacted.value(answer).startsWith(`${callback}?code=`))
      assert.strictEqual(parametersOf(answer).get("state"), "a b&c")
      assert.strictEqual(yield* userOf(sentinel, answer, callback), agentId)
      // Nothing prints it.
      assert.notInclude(String(answer), "code=")
    })
  )

  for (const user of [admin.username, "ADMIN@example.com", adminId]) {
    it.effect(`R103: signs in as ${user}`, () =>
      Effect.gen(function* () {
        const sentinel = yield* started()
        const answer = yield* sentinel.control.signIns.approve(authorizePath(), { user })
        assert.strictEqual(yield* userOf(sentinel, answer), adminId)
      })
    )
  }

  it.effect("R103: the first user who is enabled signs in if none is named", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      yield* sentinel.control.accounts.changeUser(account, agentId, { enabled: false })
      const answer = yield* sentinel.control.signIns.approve(authorizePath())
      assert.strictEqual(yield* userOf(sentinel, answer), adminId)
    })
  )

  it.effect("R103: needs no password where the configuration has a hash", () =>
    Effect.gen(function* () {
      const [first, ...others] = config.accounts
      const users = [
        { id: "1", email: "a@example.com", password_hash: `$pbkdf2-sha256$i=1000$${"A".repeat(22)}$${"A".repeat(43)}` }
      ]
      const sentinel = yield* started({ config: { accounts: [{ ...first, users }, ...others] } })
      assert.strictEqual(yield* userOf(sentinel, yield* sentinel.control.signIns.approve(authorizePath())), "1")
    })
  )

  it.effect("R103: the entries of the journal are those of a browser", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const { signIns } = sentinel.control
      const ofBrowser = yield* journalOf(sentinel, browser(sentinel).signIn())
      assert.lengthOf(ofBrowser, 3)
      assert.deepStrictEqual(yield* journalOf(sentinel, signIns.approve(authorizePath())), ofBrowser)
      const wrong = authorizePath({ redirect_uri: "https://wrong.example" })
      assert.deepStrictEqual(
        yield* journalOf(sentinel, signIns.approve(wrong)),
        yield* journalOf(sentinel, browser(sentinel).send(wrong))
      )
    })
  )

  it.effect("R103: what Sentinel sends back itself is the callback: prompt=none, a wrong response_type", () =>
    Effect.gen(function* () {
      const sentinel = yield* started({ points: SentinelDialect.openid })
      const errorOf = (parameters: Record<string, string>) =>
        Effect.map(sentinel.control.signIns.approve(authorizePath({ state: "s", ...parameters })), (answer) => [
          parametersOf(answer).get("error"),
          parametersOf(answer).get("state")
        ])
      assert.deepStrictEqual(yield* errorOf({ prompt: "none" }), ["login_required", "s"])
      assert.deepStrictEqual(yield* errorOf({ response_type: "token" }), ["unsupported_response_type", "s"])
      const { id_token } = yield* sentinel.control.signIns.tokens({ user: adminId })
      assert.deepStrictEqual(yield* errorOf({ id_token_hint: Redacted.value(id_token!) }), ["login_required", "s"])
    })
  )

  it.effect("R103: nobody else is let in without a password in the meantime", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath())
      yield* sentinel.control.faults.add({
        match: { route: "login", method: "POST" },
        action: { type: "delay", by: Duration.seconds(5) },
        times: 1
      })
      const approving = yield* Effect.forkChild(sentinel.control.signIns.approve(authorizePath()))
      yield* untilActed(sentinel)
      const answer = yield* user.submit({ ...page.form, username: "agent@example.com", password: "" })
      assert.strictEqual(answer.status, 400)
      assert.isTrue(parametersOf(yield* patiently(Fiber.join(approving))).has("code"))
    })
  )
})

describe("what is no sign-in", () => {
  const refusals: ReadonlyArray<readonly [what: string, url: string, user: string | undefined, error: RegExp]> = [
    ["a text", "hello", undefined, /^InvalidChange.*authorization request/],
    ["another address of Sentinel", "/sentinel/login?request=x", undefined, /^InvalidChange/],
    ["another scheme", `ftp://localhost${authorizePath()}`, undefined, /^InvalidChange/],
    ["a path around it", `/sentinel/api/account/${account}/authorize/../token`, undefined, /^InvalidChange/],
    ["a path behind it", `${authorizePath()}`.replace("?", ";a=b?"), undefined, /^InvalidChange/],
    ["an account that is none", authorizePath({}, "nothing"), undefined, /^SignInRefused.*answered 401.*not known/],
    ["an account that cannot be one", authorizePath({}, "%00"), undefined, /^SignInRefused.*answered 404/],
    [
      "an application of another account",
      authorizePath({ client_id: otherClientId }),
      undefined,
      /^SignInRefused.*401/
    ],
    [
      "a redirect URI that is not registered",
      authorizePath({ redirect_uri: `${callback}/x` }),
      undefined,
      /^SignInRefused.*400.*redirect/
    ],
    ["no application", "/sentinel/api/account/12345678/authorize", undefined, /^SignInRefused.*client_id/],
    [
      "an unknown user",
      authorizePath(),
      "who@example.com",
      /^NotThere.*user "who@example.com" in the account 12345678/
    ],
    ["a user who is disabled", authorizePath(), "gone@example.com", /^SignInRefused.*400.*The user is disabled/],
    ["an address that is too long", authorizePath({ state: "x".repeat(9000) }), undefined, /^SignInRefused.*414/]
  ]
  for (const [what, url, user, error] of refusals) {
    it.effect(`R103: ${what} is an error in words`, () =>
      Effect.gen(function* () {
        const { control } = yield* started()
        const { _tag, ...failure } = yield* Effect.flip(control.signIns.approve(url, { user }))
        const { message } = yield* Effect.flip(control.signIns.approve(url, { user }))
        assert.match(`${_tag} ${message}`, error)
        // An address that is too long is refused before it is known to be a request to anything.
        if (!("requestId" in failure) || failure.status === 414) return
        assert.lengthOf(yield* control.journal.read({ about: failure.requestId! }), 1)
      })
    )
  }

  it.effect("R103: any text as an address gives an answer or an error, and never a defect", () =>
    Effect.gen(function* () {
      const { control } = yield* started()
      const sample = fc.sample(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
          fc
            .array(fc.tuple(fc.constantFrom("client_id", "redirect_uri", "state", "scope", "v", "x"), fc.string()))
            .map((pairs) => `${authorizePath()}&${new URLSearchParams(pairs).toString()}`)
        ),
        { numRuns: 100, seed: 1 }
      )
      for (const url of sample) {
        for (const doing of [control.signIns.approve(url), control.signIns.deny(url)]) {
          const exit = yield* Effect.exit(doing)
          if (exit._tag === "Failure") assert.strictEqual(exit.cause.reasons[0]?._tag, "Fail", url)
        }
      }
    })
  )

  it.effect("R103: a control without a Sentinel in its process says so", () =>
    Effect.gen(function* () {
      const { signIns } = yield* Control.Control
      const { approve, deny, tokens } = signIns
      const all: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
        approve(authorizePath()),
        deny(authorizePath()),
        tokens()
      ]
      for (const doing of all) assert.strictEqual((yield* Effect.flip(doing))._tag, "NotSupported")
    }).pipe(Effect.provide(Control.layerMemory(SentinelConfig.development()).pipe(Layer.provide(NodeCrypto.layer))))
  )
})

describe("deny", () => {
  it.effect("R103: gives a callback with the error, its description, the state and the issuer", () =>
    Effect.gen(function* () {
      const sentinel = yield* started({ points: SentinelDialect.openid })
      const { signIns } = sentinel.control
      const url = authorizePath({ state: "s", code_challenge: "x".repeat(43), code_challenge_method: "S256" })
      const denied = (options?: Parameters<typeof signIns.deny>[1]) =>
        Effect.map(signIns.deny(url, options), (answer) => Object.fromEntries(parametersOf(answer)))
      const iss = (yield* denied())["iss"]!
      assert.deepStrictEqual(yield* denied(), { error: "access_denied", state: "s", iss })
      assert.deepStrictEqual(yield* denied({ error: "consent_required", description: "Not today." }), {
        error: "consent_required",
        error_description: "Not today.",
        state: "s",
        iss
      })
      const [, , entry] = yield* journalOf(sentinel, signIns.deny(url))
      assert.deepInclude(entry, { route: "login", method: "POST", status: 303, outcome: "access_denied" })
      assert.strictEqual((yield* sentinel.control.sessions.list({})).total, 0)
    })
  )

  it.effect("R103: what Sentinel refuses stays refused", () =>
    Effect.gen(function* () {
      const { control } = yield* started()
      const wrong = yield* Effect.flip(control.signIns.deny(authorizePath({ redirect_uri: "https://wrong.example" })))
      assert.strictEqual(wrong._tag, "SignInRefused")
      const back = yield* control.signIns.deny(authorizePath({ response_type: "token" }))
      assert.strictEqual(parametersOf(back).get("error"), "unsupported_response_type")
    })
  )
})

describe("a sign-in under a fault", () => {
  const approve = Effect.fnUntraced(function* (fault: NewFault) {
    const sentinel = yield* started()
    yield* sentinel.control.faults.add(fault)
    const result = yield* patiently(Effect.result(sentinel.control.signIns.approve(authorizePath())))
    return result._tag === "Failure"
      ? `${result.failure._tag} ${result.failure.message}`
      : parametersOf(result.success).get("error")
  })

  const faults: ReadonlyArray<readonly [fault: NewFault, outcome: RegExp]> = [
    [{ match: { route: "authorize" }, action: { type: "oauth-error", error: "invalid_scope" } }, /^invalid_scope$/],
    [
      { match: { route: "authorize" }, action: { type: "too-many-requests" } },
      /^SignInRefused Sentinel answered 429: Too Many Requests It met the fault fault-1\.$/
    ],
    [{ match: { route: "login", method: "POST" }, action: { type: "server-error", status: 502 } }, /502.*fault-1/],
    [{ match: { route: "login" }, action: { type: "html" } }, /^SignInRefused.*fault-1/],
    [
      { match: { route: "login" }, action: { type: "drop-connection" } },
      /^SignInRefused Sentinel broke the connection/
    ],
    [{ match: { route: "login" }, action: { type: "truncate" } }, /^SignInRefused/],
    [{ action: { type: "silence" } }, /^SignInRefused Sentinel did not answer within 30 seconds/],
    [
      { action: { type: "answer", status: 302, headers: { location: authorizePath() } } },
      /^SignInRefused.*redirected more than 20 times/
    ]
  ]
  for (const [fault, outcome] of faults) {
    const { action, match } = fault
    const what = typeof action === "function" ? "" : action.type
    it.effect(`R103: ${what} at ${match?.route ?? "any route"} is told`, () =>
      Effect.gen(function* () {
        const said = (yield* approve(fault)) ?? ""
        assert.match(said, outcome)
        assert.notInclude(said, "request=")
      })
    )
  }
})

describe("tokens", () => {
  it.effect("R103: an access token that is good, an id_token that is genuine, a refresh token that refreshes", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const { control } = sentinel
      const check = Effect.fnUntraced(function* () {
        const tokens = yield* control.signIns.tokens()
        assert.deepInclude(yield* control.introspect(tokens.access_token), { active: true, sub: agentId })
        const idToken = Redacted.value(tokens.id_token!)
        assert.isTrue(yield* isGenuine(sentinel, idToken))
        assert.deepInclude(claimsOf(idToken), { sub: agentId, aud: clientId })
        const refreshed = yield* application(sentinel).refresh(Redacted.value(tokens.refresh_token!))
        assert.strictEqual(refreshed.status, 200)
        assert.isTrue((yield* control.introspect(Redacted.make(refreshed.json["access_token"]!))).active)
        return tokens
      })
      const before = yield* check()
      yield* control.clock.advance(Duration.hours(9))
      assert.isFalse((yield* control.introspect(before.access_token)).active)
      yield* check()
    })
  )

  it.effect("R103: the entries of the journal are those of a browser and its application", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const ofApplication = yield* journalOf(
        sentinel,
        Effect.gen(function* () {
          const url = authorizePath({ redirect_uri: callback })
          const code = answerOf(yield* browser(sentinel).signIn(url)).get("code")!
          yield* application(sentinel).exchange(code, { redirect_uri: callback })
        })
      )
      assert.lengthOf(ofApplication, 4)
      assert.deepStrictEqual(yield* journalOf(sentinel, sentinel.control.signIns.tokens()), ofApplication)
    })
  )

  it.effect("R103: of the account, the application and the user that are named, without their secrets", () =>
    Effect.gen(function* () {
      const sentinel = yield* started()
      const { control } = sentinel
      const tokens = yield* control.signIns.tokens({ account: accountId, client: plainClientId, user: adminId })
      assert.deepInclude(yield* control.introspect(tokens.access_token), { sub: adminId, client_id: plainClientId })
      assert.isUndefined(tokens.refresh_token)
      const other = yield* control.signIns.tokens({ account: AccountId.make(otherAccount) })
      assert.deepInclude(yield* control.introspect(other.access_token), { client_id: otherClientId })
      const many = yield* control.signIns.tokens({ client: manyClientId })
      assert.isTrue((yield* control.introspect(many.access_token)).active)
      const of = JSON.stringify({ lines: sentinel.lines, journal: yield* control.journal.read({ limit: 100 }) })
      for (const secrets of [tokens, other, many].flatMap((answer) => Object.values(answer))) {
        if (Redacted.isRedacted(secrets)) assert.notInclude(of, Redacted.value(secrets) as string)
      }
      for (const known of [secret, plainSecret]) assert.notInclude(of, known)
    })
  )

  it.effect("R103: an app token for an application without users", () =>
    Effect.gen(function* () {
      const { control } = yield* started()
      const tokens = yield* control.signIns.tokens({ client: serviceClientId })
      assert.deepInclude(yield* control.introspect(tokens.access_token), { active: true, client_id: serviceClientId })
      const wrong = yield* Effect.flip(control.signIns.tokens({ client: serviceClientId, user: agentId }))
      assert.strictEqual(wrong._tag, "InvalidChange")
    })
  )

  for (const pkce of ["supported", "required"] as const) {
    it.effect(`R103: of a public client, and of a confidential one, where PKCE is ${pkce}`, () =>
      Effect.gen(function* () {
        const [first, ...others] = config.accounts
        const { client_secret: _, ...publicClient } = { ...first!.installations[0]!, client_id: "public" }
        const installations = [...first!.installations, publicClient]
        const { control } = yield* started({
          config: { points: { pkce }, accounts: [{ ...first, installations }, ...others] },
          points: { pkce }
        })
        for (const client of ["public", clientId]) {
          const { access_token } = yield* control.signIns.tokens({ client })
          assert.deepInclude(yield* control.introspect(access_token), { active: true, client_id: client })
        }
      })
    )
  }

  it.effect("R103: what Sentinel refuses, and what is not there, is an error in words", () =>
    Effect.gen(function* () {
      const { control } = yield* started()
      const said = (wanted: Parameters<typeof control.signIns.tokens>[0]) =>
        Effect.map(Effect.flip(control.signIns.tokens(wanted)), ({ _tag, message }) => `${_tag} ${message}`)
      assert.strictEqual(yield* said({ account: AccountId.make("1") }), "NotThere There is no account 1.")
      assert.match(yield* said({ client: "none" }), /^NotThere There is no installation "none" in the account/)
      assert.match(yield* said({ client: otherClientId }), /^NotThere/)
      assert.match(yield* said({ user: "none" }), /^NotThere There is no user "none"/)
      assert.match(yield* said({ client: "66666666-6666-4666-8666-666666666666" }), /^SignInRefused.*401/)
      yield* control.faults.add({
        match: { route: "exchange" },
        action: { type: "oauth-error", error: "invalid_grant" }
      })
      assert.match(yield* said({}), /^SignInRefused Sentinel answered 400: invalid_grant.*fault-1/)
      yield* control.faults.clear
      yield* control.faults.add({ match: { route: "exchange" }, action: { type: "html" } })
      assert.match(yield* said({}), /^SignInRefused Sentinel answered 200: The answer is not that of a token endpoint/)
      yield* control.faults.clear
      yield* control.faults.add({
        match: { route: "authorize" },
        action: { type: "oauth-error", error: "invalid_scope", description: "No." }
      })
      assert.match(yield* said({ scope: "x" }), /^SignInRefused Sentinel sent the user back with invalid_scope: No\./)
    })
  )
})

describe("the control over HTTP", () => {
  const serve = Effect.fnUntraced(function* (options: ControlServer.Options = {}) {
    const sentinel = yield* started()
    const server = ControlServer.layerWith(options).pipe(
      Layer.provide(Layer.succeedContext(sentinel.services)),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
    )
    const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
    const origin = NetAddress.formatUrlUnsafe(address)
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      Effect.promise(async () => {
        const response = await fetch(`${origin}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(body)
        })
        return { status: response.status, json: (await response.json()) as Record<string, string> }
      })
    return { sentinel, post }
  })

  it.live("R103: 64 sign-ins at once over connections of their own: 64 codes, and each is good", () =>
    Effect.gen(function* () {
      const { post, sentinel } = yield* serve()
      const all = Array.from({ length: 64 }, (_, index) => index)
      const answers = yield* Effect.forEach(
        all,
        (index) =>
          Effect.gen(function* () {
            const url = authorizePath({ state: `s${index}` })
            const user = index % 2 === 0 ? agentId : adminId
            const { json } = yield* post("/control/approve", { url, user })
            const { searchParams } = new URL(json["callback"]!)
            assert.strictEqual(searchParams.get("state"), `s${index}`)
            const tokens = yield* application(sentinel).exchange(searchParams.get("code")!)
            assert.strictEqual(claimsOf(tokens.json["id_token"]!).sub, user)
            const own = yield* post("/control/tokens", { user })
            assert.strictEqual(claimsOf(own.json["id_token"]!).sub, user)
            return own.json["access_token"]!
          }),
        { concurrency: 64 }
      )
      assert.strictEqual(new Set(answers).size, 64)
    })
  )

  it.live("R103: the statuses of what goes wrong, and the id of the request", () =>
    Effect.gen(function* () {
      const { post, sentinel } = yield* serve()
      const said = Effect.fnUntraced(function* (path: string, body: unknown) {
        const { json, status } = yield* post(path, body)
        return [status, json["_tag"]]
      })
      const url = authorizePath()
      assert.deepStrictEqual(yield* said("/control/approve", {}), [400, "InvalidChange"])
      assert.deepStrictEqual(yield* said("/control/approve", { url: "x" }), [400, "InvalidChange"])
      assert.deepStrictEqual(yield* said("/control/approve", { url, user: "x", deny: true }), [400, "InvalidChange"])
      assert.deepStrictEqual(yield* said("/control/approve", { url, password: "x" }), [400, "InvalidChange"])
      assert.deepStrictEqual(yield* said("/control/approve", { url, deny: { error: "x" } }), [400, "InvalidChange"])
      assert.deepStrictEqual(yield* said("/control/approve", { url, user: "x" }), [404, "NotThere"])
      assert.deepStrictEqual(yield* said("/control/tokens", { account: "1" }), [404, "NotThere"])
      const refused = yield* post("/control/approve", { url: authorizePath({ client_id: "x" }) })
      assert.deepInclude(refused, { status: 422 })
      const { requestId } = refused.json
      assert.lengthOf(yield* sentinel.control.journal.read({ about: requestId! }), 1)
    })
  )

  it.live("R103: a control with a token wants it here too", () =>
    Effect.gen(function* () {
      const token = "c0ffee".repeat(10) + "0123456789abcdef"
      const { post } = yield* serve({ token: Redacted.make(token) })
      for (const [path, body] of [
        ["/control/approve", { url: authorizePath() }],
        ["/control/tokens", {}]
      ] as const) {
        assert.strictEqual((yield* post(path, body)).status, 401)
        assert.strictEqual((yield* post(path, body, { authorization: "Bearer wrong" })).status, 401)
        assert.strictEqual((yield* post(path, body, { authorization: `Bearer ${token}` })).status, 200)
      }
    })
  )

  it.live("R103: a page of another site is refused", () =>
    Effect.gen(function* () {
      const { post } = yield* serve()
      const { status } = yield* post(
        "/control/tokens",
        {},
        { origin: "https://evil.example", "sec-fetch-site": "cross-site" }
      )
      assert.strictEqual(status, 403)
    })
  )
})
