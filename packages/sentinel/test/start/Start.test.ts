/** The start page, the list of users, the error pages and the button of a Sentinel for development. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import * as Control from "@le-auth/sentinel/Control"
import type { Development } from "@le-auth/sentinel/Development"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NetAddress from "effect/net/NetAddress"
import { answerOf, cheapPasswords, clientId, authorizePath, browser, patiently, type Running } from "../Harness.ts"

const here = "http://localhost:4400"
const elsewhere = "https://app.example/cb"
const inspector = "http://localhost:4402"

const layerOf = (config: SentinelConfig.SentinelConfig, crypto: Layer.Layer<Sentinel.Crypto>) =>
  Control.layerMemory(config, { passwords: { algorithm: cheapPasswords } }).pipe(
    Layer.provideMerge(crypto),
    Layer.provideMerge(Logger.layer([]))
  )

interface Options {
  readonly development?: Partial<Development> | "none"
  readonly config?: SentinelConfig.SentinelConfig
  readonly publicOrigin?: string
  /** Where its server listens. Default: it has none. */
  readonly listens?: string
  readonly crypto?: Layer.Layer<Sentinel.Crypto>
}

/** A Sentinel under control, as the command starts it. */
const start = Effect.fnUntraced(function* (options: Options = {}) {
  const origin = Origin.make(options.publicOrigin ?? here)
  const server =
    options.listens === undefined
      ? Layer.empty
      : Layer.succeed(
          HttpServer.HttpServer,
          HttpServer.HttpServer.of({
            address: NetAddress.inetAddressFromStringUnsafe(options.listens),
            serve: () => Effect.void
          } as never)
        )
  const context = yield* Layer.build(
    Layer.merge(layerOf(options.config ?? SentinelConfig.development(), options.crypto ?? NodeCrypto.layer), server)
  )
  const control = Context.get(context, Control.Control)
  const development =
    options.development === "none"
      ? undefined
      : { accounts: control.accounts, isBuiltIn: true, control: () => inspector, ...options.development }
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() => Sentinel.toWebHandler({ publicOrigin: origin, development }, Layer.succeedContext(context))),
    ({ dispose }) => Effect.promise(dispose)
  )
  const fetch = (path: string, init?: RequestInit, remoteAddress?: string) =>
    Effect.promise(() => handler(new Request(origin + path, init), { remoteAddress }))
  return { control, fetch, origin }
})

type Place = Effect.Success<ReturnType<typeof start>>

const asBrowser = ({ fetch, origin }: Place, address?: string) =>
  browser({ fetch, origin } as never as Running, address)

const textOf = (response: Response) => Effect.promise(() => response.text())

const page = (place: Place, path: string, headers: Record<string, string> = {}, remoteAddress?: string) =>
  Effect.flatMap(place.fetch(path, { headers: { accept: "text/html", ...headers } }, remoteAddress), (response) =>
    Effect.map(textOf(response), (text) => ({ response, text }))
  )

const own = SentinelConfig.fromUnknown({
  accounts: [
    {
      id: "12345678",
      users: [
        { id: "3552833710", email: "agent@example.com", password: "planted-password", name: "Own User" },
        { id: "2", email: "off@example.com", password: "planted-password", name: "Disabled User", enabled: false }
      ],
      installations: [
        {
          client_id: clientId,
          client_secret: "planted-secret",
          client_name: "Own application",
          grant_types: ["authorization_code"],
          redirect_uris: [elsewhere]
        }
      ]
    }
  ]
})

/** What only this computer may see. */
const wellKnown = ["password <code>agent</code>", "development-only-secret", "agent@example.com", "Alex Agent"]

describe("R104: the start page", () => {
  it.effect("shows accounts, users, applications and settings to copy, and leads on", () =>
    Effect.gen(function* () {
      const { response, text } = yield* page(yield* start(), "/")
      assert.strictEqual(response.status, 200)
      assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/)
      for (const shown of [...wellKnown, "Example Brand", "33333333-3333-4333-8333-333333333333", "users.external"]) {
        assert.include(text, shown)
      }
      assert.include(text, `href="${inspector}/requests"`)
      assert.include(text, "export LE_AUTH_ACCOUNT_ID=12345678\n")
      assert.include(text, `export LE_AUTH_DOMAIN_API=${here}<`)
      assert.include(text, "LE_AUTH_ACCOUNT_ID: &quot;12345678&quot;")
      assert.notInclude(text, "<script")
    })
  )

  it.effect("is not there without pages for development, as in strict mode", () =>
    Effect.gen(function* () {
      const place = yield* start({ development: "none" })
      for (const path of ["/", "/sentinel", "/requests", "/oauth/authorize"]) {
        const { response, text } = yield* page(place, path)
        assert.strictEqual(response.status, 404, path)
        assert.notInclude(text, "12345678")
      }
      assert.strictEqual((yield* place.fetch("/sentinel/register", { method: "POST" })).status, 404)
    })
  )

  it.effect("R104: users, passwords and secrets are for a browser of this computer alone", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const asked: ReadonlyArray<readonly [Record<string, string>, string?]> = [
        [{ host: "evil.example:4400" }],
        [{ host: "192.168.1.7:4400" }],
        [{ "x-forwarded-for": "203.0.113.7" }],
        [{ forwarded: "for=203.0.113.7" }],
        [{ "x-real-ip": "203.0.113.7" }],
        [{ via: "1.1 tunnel" }],
        [{ "x-forwarded-server": "proxy" }],
        [{ "x-original-host": "app.example" }],
        [{ "cf-connecting-ip": "203.0.113.7" }],
        [{ "true-client-ip": "203.0.113.7" }],
        [{ "x-client-ip": "203.0.113.7" }],
        [{ "tailscale-user-login": "a@app.example" }],
        [{}, "192.168.1.7"],
        [{}, "::ffff:192.168.1.7"]
      ]
      for (const [headers, address] of asked) {
        const { response, text } = yield* page(place, "/", headers, address)
        assert.strictEqual(response.status, 200)
        for (const hidden of wellKnown) assert.notInclude(text, hidden, JSON.stringify([headers, address]))
        assert.include(text, "Example application")
      }
      for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
        const { text } = yield* page(place, "/", { host: "127.0.0.1:4400" }, address)
        for (const shown of wellKnown) assert.include(text, shown, address)
      }
    })
  )

  it.effect("R104: nor on a server that others reach, or under a public name", () =>
    Effect.gen(function* () {
      const open = [{ listens: "0.0.0.0:4400" }, { listens: "[::]:4400" }, { publicOrigin: "https://sentinel.example" }]
      for (const options of open) {
        const place = yield* start(options)
        const { text } = yield* page(place, "/", { host: "localhost:4400" }, "127.0.0.1")
        for (const hidden of wellKnown) assert.notInclude(text, hidden, JSON.stringify(options))
        const login = yield* asBrowser(place).open(authorizePath({ redirect_uri: "http://localhost:5173/callback" }))
        assert.notInclude(login.text, "Sign in as")
      }
      const local = yield* page(yield* start({ listens: "127.0.0.1:4400" }), "/")
      for (const shown of wellKnown) assert.include(local.text, shown)
    })
  )

  it.effect("R104: of a configuration of one's own it shows no user and no secret", () =>
    Effect.gen(function* () {
      const config = yield* own
      const { text } = yield* page(yield* start({ config, development: { isBuiltIn: false } }), "/")
      for (const hidden of ["Own User", "agent@example.com", "planted", "development-only-secret"]) {
        assert.notInclude(text, hidden)
      }
      assert.include(text, "Own application")
      // Its users may have the ids of the built-in ones.
      const { text: listed } = yield* page(
        yield* start({ config, development: { isBuiltIn: false, quickSignIn: true } }),
        "/"
      )
      assert.include(listed, "Own User")
      assert.notInclude(listed, "password <code>")
    })
  )

  it.effect("the icon and robots.txt are there, kept by browsers, and leave no entry in the journal", () =>
    Effect.gen(function* () {
      for (const development of [{}, "none"] as const) {
        const place = yield* start({ development })
        const icon = yield* place.fetch("/favicon.ico")
        assert.deepStrictEqual([icon.status, icon.headers.get("content-type")], [200, "image/svg+xml"])
        assert.match(icon.headers.get("cache-control") ?? "", /max-age=\d{4,}/)
        const robots = yield* place.fetch("/robots.txt")
        assert.deepStrictEqual([robots.status, yield* textOf(robots)], [200, "User-agent: *\nDisallow: /\n"])
        yield* place.fetch("/favicon.ico", { method: "HEAD" })
        yield* place.fetch("/")
        const entries = (yield* place.control.journal.read({})).filter(({ outcome }) => outcome !== "not_found")
        assert.deepStrictEqual(entries, [])
      }
    })
  )

  it.effect("addresses that people guess lead on", () =>
    Effect.gen(function* () {
      const place = yield* start()
      for (const path of ["/index.html", "/sentinel", "/sentinel/"]) {
        const { response } = yield* page(place, path)
        assert.deepStrictEqual([response.status, response.headers.get("location")], [302, "/"], path)
      }
      for (const [path, target] of [
        ["/inspector", "/requests"],
        ["/requests", "/requests"],
        ["/flows/f-1", "/flows/f-1"]
      ]) {
        const { response } = yield* page(place, path!)
        assert.strictEqual(response.headers.get("location"), inspector + target!, path)
      }
      for (const [path, hint] of [
        ["/oauth/authorize", "/sentinel/api/account/{account}/authorize"],
        ["/oauth2/v1/token", "POST /sentinel/api/account/{account}/token"],
        ["/login", "A sign-in begins at an application"],
        ["/healthz", `href="/health/ready"`],
        ["/sentinel/logout/", "Without the slash"],
        ["/.well-known/jwks.json", "/sentinel/well-known/jwks"]
      ]) {
        const { response, text } = yield* page(place, path!)
        assert.strictEqual(response.status, 404)
        assert.include(text, hint!, path)
        assert.include(text, `href="/"`)
      }
    })
  )
})

describe("the built-in application", () => {
  it.effect.each([
    ["Vite", "http://localhost:5173/callback"],
    ["Express", "http://localhost:3000/auth/liveperson/callback"],
    ["Next", "http://localhost:3000/api/auth/callback/liveperson"],
    ["a program of the desktop", "http://127.0.0.1:51234/"],
    ["a program over IPv6", "http://[::1]:8080/callback"],
    ["a proxy with TLS", "https://localhost:8443/callback"]
  ] as const)("R24: %s signs in at the first try", ([, redirectUri]) =>
    Effect.gen(function* () {
      const place = yield* start()
      const user = asBrowser(place)
      const answer = yield* user.signIn(authorizePath({ redirect_uri: redirectUri }))
      assert.strictEqual(answer.status, 303)
      assert.isTrue(answer.headers.get("location")!.startsWith(redirectUri))
      const code = answerOf(answer).get("code")!
      const token = yield* place.fetch("/sentinel/api/account/12345678/token?v=1.0", {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code,
          redirect_uri: redirectUri,
          client_id: clientId,
          client_secret: "development-only-secret"
        })
      })
      assert.strictEqual(token.status, 200)
    })
  )

  it.effect("an address elsewhere is refused, and the page names the flag and what is registered", () =>
    Effect.gen(function* () {
      const place = yield* start({
        development: { toRegister: "Start Sentinel with --redirect-uri and this address." }
      })
      const { response, text } = yield* page(place, authorizePath({ redirect_uri: elsewhere }))
      assert.strictEqual(response.status, 400)
      assert.include(text, "--redirect-uri")
      assert.include(text, `<code>${elsewhere}</code>`)
      assert.include(text, "<code>http://localhost:3000/callback</code>")
      const id = response.headers.get("x-request-id")!
      assert.include(text, `href="${inspector}/requests?about=${id}"`)
      const [entry] = yield* place.control.journal.read({ about: id })
      assert.strictEqual(entry?.requestId, id)
      // Programs read the flag, and nothing of the request.
      const json = yield* textOf(yield* place.fetch(authorizePath({ redirect_uri: elsewhere })))
      assert.include(json, "--redirect-uri")
      assert.notInclude(json, "app.example")
    })
  )

  it.effect("a file of one's own stays exact, and its page has no button", () =>
    Effect.gen(function* () {
      const config = yield* own
      const place = yield* start({ config })
      const { response, text } = yield* page(place, authorizePath({ redirect_uri: "http://localhost:3000/callback" }))
      assert.strictEqual(response.status, 400)
      assert.include(text, `<code>${elsewhere}</code>`)
      assert.notInclude(text, "Register this address")
    })
  )

  it.effect("an application without users is not told to register an address, which would not help", () =>
    Effect.gen(function* () {
      const place = yield* start({ development: { toRegister: "Start Sentinel with --redirect-uri." } })
      const client_id = "33333333-3333-4333-8333-333333333333"
      const { response, text } = yield* page(place, authorizePath({ client_id, redirect_uri: elsewhere }))
      assert.strictEqual(response.status, 400)
      assert.include(text, "Send the client_id of an application with the grant authorization_code")
      assert.notInclude(text, "--redirect-uri")
      assert.notInclude(text, "Register this address")
    })
  )

  it.effect("an unknown application or account is told what there is", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const unknown = yield* page(place, authorizePath({ client_id: "<script>planted" }))
      assert.strictEqual(unknown.response.status, 401)
      assert.include(unknown.text, "&lt;script&gt;planted")
      assert.include(unknown.text, clientId)
      const account = yield* page(place, authorizePath({}, "999"))
      assert.include(account.text, "<code>999</code>")
      assert.include(account.text, "<code>12345678</code>")
    })
  )

  const formOf = (text: string) => ({
    address: /name="address" value="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "",
    token: /name="token" value="([^"]*)"/.exec(text)?.[1] ?? ""
  })
  const post = (place: Place, form: Record<string, string>, headers: Record<string, string> = {}) =>
    place.fetch("/sentinel/register", {
      method: "POST",
      headers: { accept: "text/html", ...headers },
      body: new URLSearchParams(form)
    })

  it.effect("the button registers the address, and the sign-in goes on", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const path = authorizePath({ redirect_uri: elsewhere, state: "a b&c" })
      const { text } = yield* page(place, path)
      const form = formOf(text)
      const done = yield* post(place, form, { "sec-fetch-site": "same-origin", origin: "null" })
      assert.strictEqual(done.status, 200)
      assert.include(yield* textOf(done), "Go on with the sign-in")
      const answer = yield* asBrowser(place).signIn(form.address)
      assert.isTrue(answer.headers.get("location")!.startsWith(`${elsewhere}?code=`))
      assert.strictEqual(answerOf(answer).get("state"), "a b&c")
      const change = (yield* place.control.journal.read({})).find(({ kind }) => kind === "change")
      assert.include(JSON.stringify(change), `installation ${clientId} changed`)
      // Twice, and at once with another one, nothing is lost.
      const others = yield* Effect.forEach(["one", "two", "three"], (name) =>
        Effect.map(page(place, authorizePath({ redirect_uri: `https://${name}.example/` })), ({ text }) => formOf(text))
      )
      yield* Effect.forEach([form, ...others], (one) => post(place, one), { concurrency: "unbounded" })
      const [account] = yield* place.control.accounts.list
      const uris = account!.installations[0]!.redirect_uris
      assert.deepStrictEqual(uris.filter((uri) => uri.startsWith("https:")).toSorted(), [
        elsewhere,
        "https://one.example/",
        "https://three.example/",
        "https://two.example/"
      ])
    })
  )

  it.effect("the button is safe: no other page, no other address, no stranger, no installation of one's own", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const form = formOf((yield* page(place, authorizePath({ redirect_uri: elsewhere }))).text)
      const evil = form.address.replace("app.example", "evil.example")
      const refused: ReadonlyArray<readonly [number, Record<string, string>, Record<string, string>?]> = [
        [403, form, { "sec-fetch-site": "cross-site" }],
        [403, form, { "sec-fetch-site": "same-site" }],
        [403, form, { origin: "https://evil.example" }],
        [403, { ...form, address: evil }],
        [403, { ...form, token: "" }],
        [403, { address: evil }],
        [404, form, { host: "evil.example" }],
        [404, form, { "x-forwarded-for": "203.0.113.7" }]
      ]
      for (const [status, sent, headers] of refused) {
        assert.strictEqual((yield* post(place, sent, headers)).status, status, JSON.stringify([sent, headers]))
      }
      // A token of another Sentinel, and of the login form.
      const other = yield* start()
      assert.strictEqual((yield* post(other, form)).status, 403)
      const [account] = yield* place.control.accounts.list
      assert.notInclude(JSON.stringify(account), "example/cb")

      for (const development of [{ isBuiltIn: false }, { control: () => undefined }, { control: undefined }]) {
        const without = yield* start({ development })
        const { text } = yield* page(without, authorizePath({ redirect_uri: elsewhere }))
        assert.notInclude(text, "Register this address", JSON.stringify(development))
        assert.strictEqual((yield* post(without, form)).status, 404)
      }
      for (const uri of ["https://app.example/cb#x", "https://app.example/*", "javascript:alert(1)"]) {
        const { text } = yield* page(place, authorizePath({ redirect_uri: uri }))
        assert.include(text, "Correct it: it ")
        assert.notInclude(text, "Register this address", uri)
      }
    })
  )
})

describe("R104: the list of users", () => {
  const redirectUri = "http://localhost:5173/callback"
  const path = authorizePath({ redirect_uri: redirectUri, state: "xyz" })

  it.effect("one button each, in the same POST with the same token, and no password", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const user = asBrowser(place)
      const login = yield* user.open(path)
      assert.include(login.text, `<button class="quiet" name="user" value="3552833710">Alex Agent, agent</button>`)
      assert.include(login.text, ">Ada Admin, administrator</button>")
      assert.notInclude(login.text, "<script")
      const answer = yield* user.submit({ ...login.form, user: "3552833711" })
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answerOf(answer).get("state"), "xyz")
      assert.isTrue(user.jar.has("sentinel-session-12345678"))
      const entries = yield* place.control.journal.read({})
      const entry = entries.find(({ route, method }) => route === "login" && method === "POST")
      assert.strictEqual(entry?.user, "3552833711")
      assert.include(JSON.stringify(entry), "chosen from the list, without a password")
    })
  )

  it.effect("CSRF: without the token, or from another page, it signs in no user", () =>
    Effect.gen(function* () {
      const place = yield* start()
      const user = asBrowser(place)
      const { form } = yield* user.open(path)
      const attempts: ReadonlyArray<readonly [Record<string, string>, Record<string, string>?]> = [
        [{ request: form.request, user: "3552833710" }],
        [{ ...form, token: "", user: "3552833710" }],
        [{ ...form, user: "3552833710" }, { "sec-fetch-site": "cross-site" }],
        [{ ...form, user: "3552833710" }, { origin: "https://evil.example" }]
      ]
      for (const [sent, headers] of attempts) {
        assert.strictEqual((yield* user.submit(sent, headers)).status, 403, JSON.stringify([sent, headers]))
      }
      // Another browser has the form, and not the cookie.
      const thief = asBrowser(place)
      assert.strictEqual((yield* thief.submit({ ...form, user: "3552833710" })).status, 403)
    })
  )

  it.effect("it is absent, and refused, for strangers, for a configuration of one's own and in strict mode", () =>
    Effect.gen(function* () {
      const config = yield* own
      const ownPath = authorizePath({ redirect_uri: elsewhere })
      const places = [
        [yield* start({ development: "none" }), path],
        [yield* start({ config, development: { isBuiltIn: false } }), ownPath],
        [yield* start({ listens: "0.0.0.0:4400" }), path]
      ] as const
      for (const [place, at] of places) {
        const user = asBrowser(place)
        const { form, text } = yield* user.open(at)
        assert.include(text, `name="password"`)
        assert.notInclude(text, "Sign in as")
        assert.strictEqual((yield* user.submit({ ...form, user: "3552833710" })).status, 403)
      }
    })
  )

  it.effect("with --quick-sign-in it lists the enabled users of any configuration, for everybody", () =>
    Effect.gen(function* () {
      const config = yield* own
      const place = yield* start({
        config,
        listens: "0.0.0.0:4400",
        development: { isBuiltIn: false, quickSignIn: true }
      })
      const user = asBrowser(place, "192.168.1.7")
      const { form, text } = yield* user.open(authorizePath({ redirect_uri: elsewhere }))
      assert.include(text, "Own User, agent")
      assert.notInclude(text, "Disabled User")
      const disabled = yield* user.submit({ ...form, user: "2" })
      assert.strictEqual(disabled.status, 400)
      const answer = yield* user.submit({ ...form, user: "3552833710" })
      assert.isTrue(answer.headers.get("location")!.startsWith(elsewhere))
    })
  )

  it.effect("it is throttled, and costs the work of a password, as the form does", () =>
    Effect.gen(function* () {
      let derived = 0
      const counting = Layer.effect(
        Kdf.Kdf,
        Effect.map(Kdf.Kdf, (kdf) =>
          Kdf.Kdf.of({ ...kdf, derive: (...args) => Effect.suspend(() => (derived++, kdf.derive(...args))) })
        )
      )
      const place = yield* start({ crypto: Layer.provideMerge(counting, NodeCrypto.layer) })
      const user = asBrowser(place)
      const { form } = yield* user.open(path)
      const workOf = Effect.fnUntraced(function* (sent: Record<string, string>) {
        const before = derived
        const { status } = yield* user.submit({ ...form, ...sent })
        return [status, derived - before] as const
      })
      const [wrong, unknown] = [
        yield* workOf({ username: "x@example.com", password: "x" }),
        yield* workOf({ user: "x" })
      ]
      assert.deepStrictEqual(unknown, wrong)
      assert.isAbove(wrong[1], 0)
      const right = yield* workOf({ username: "agent@example.com", password: "agent" })
      assert.deepStrictEqual(yield* workOf({ user: "3552833710" }), right)

      const stranger = asBrowser(place)
      const other = yield* stranger.open(path)
      let status = 400
      for (let count = 0; count < 40 && status === 400; count++) {
        ;({ status } = yield* patiently(stranger.submit({ ...other.form, user: "unknown" })))
      }
      assert.strictEqual(status, 429)
    })
  )
})

describe("settings to copy", () => {
  it.effect("quote what a shell, a file or Compose would change", () =>
    Effect.gen(function* () {
      const config = yield* SentinelConfig.fromUnknown({
        accounts: [
          {
            id: "1",
            users: [],
            installations: [
              {
                client_id: "it's $HOME",
                client_secret: "planted-secret",
                client_name: "App",
                grant_types: ["authorization_code"],
                redirect_uris: ["https://app.example/cb?a=$b&c='d'"]
              }
            ]
          }
        ]
      })
      const { text } = yield* page(yield* start({ config, development: { isBuiltIn: false } }), "/")
      const plain = text.replaceAll("&quot;", `"`).replaceAll("&#39;", "'").replaceAll("&amp;", "&")
      assert.include(plain, String.raw`export LE_AUTH_CLIENT_ID='it'\''s $HOME'`)
      assert.include(plain, `LE_AUTH_CLIENT_ID: "it's $$HOME"`)
      assert.include(plain, `LE_AUTH_REDIRECT_URI: "https://app.example/cb?a=$$b&c='d'"`)
      assert.notInclude(text, "planted")
    })
  )
})
