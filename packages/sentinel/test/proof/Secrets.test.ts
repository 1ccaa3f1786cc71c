/** Every secret of a sign-in has one place where it belongs, and is found nowhere else. */
import type { Response } from "@effect/platform-node/Undici"
import { assert, layer } from "@effect/vitest"
import { StoreError } from "@le-auth/core/StoreError"
import { AccessLog } from "@le-auth/sentinel/AccessLog"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { account, agent, answerOf, authorizePath, browser, callback, clientId, secret, start } from "../Harness.ts"
import { authorizeUrl, layerWith, Loopback, type Page, UserAgent } from "./Loopback.ts"

const spans: Array<Tracer.NativeSpan> = []
const tracer = Tracer.make({
  span: (options) => {
    const span = new Tracer.NativeSpan({ ...options, sampled: true })
    spans.push(span)
    return span
  }
})

/** What the store was told, and a way to break it. */
const told: Array<unknown> = []
let isBroken = false
const watch = (store: SentinelStore["Service"]): SentinelStore["Service"] =>
  new Proxy(store, {
    get:
      (target, name: keyof typeof store) =>
      (...args: ReadonlyArray<unknown>) => {
        told.push([name, ...args])
        if (isBroken)
          return Effect.fail(
            new StoreError({ store: "SentinelStore", operation: name, cause: new Error("planted failure") })
          )
        return (target[name] as (...args: ReadonlyArray<unknown>) => unknown)(...args)
      }
  })

const layerWatched = layerWith({
  watch,
  settings: Layer.mergeAll(
    Layer.succeed(Tracer.Tracer, tracer),
    Layer.succeed(References.MinimumLogLevel, "All"),
    Layer.succeed(AccessLog, true),
    Layer.succeed(Metric.MetricRegistry, new Map())
  )
})

/** A browser that keeps what it got: where it was, the headers, the page. */
class WatchedAgent extends UserAgent {
  readonly answers: Array<{ readonly path: string; readonly headers: string; readonly text: string }> = []
  override async send(...[url, init]: Parameters<UserAgent["send"]>): Promise<Response> {
    const response = await super.send(url, init)
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n")
    this.answers.push({ path: url.pathname, headers, text: await response.clone().text() })
    return response
  }
}

const field = (page: Page, name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)![1]!

/** All texts in a value, whatever it is made of, as something that inspects it would find them. */
const textsOf = (value: unknown, seen = new Set<unknown>()): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (value === null || typeof value !== "object" || seen.has(value)) return []
  seen.add(value)
  const own = Reflect.ownKeys(value).map((key) => Reflect.get(value, key))
  const entries = value instanceof Map || value instanceof Set ? [...value] : []
  return [...own, ...entries].flatMap((part) => textsOf(part, seen))
}

/** In a span, what exporters read. Its context holds the running program, with everything in it. */
const spanTexts = ({ attributes, events, links, name, status }: Tracer.NativeSpan) => [
  name,
  ...(status._tag === "Ended" && status.exit._tag === "Failure" ? [Cause.pretty(status.exit.cause)] : []),
  ...textsOf([[...attributes], events, links.map((link) => link.attributes)])
]

/** Where a secret may be: in answers with such headers, in the text of such answers. */
interface Place {
  readonly value: string
  readonly headers?: RegExp
  readonly text?: (answer: { readonly path: string }) => boolean
}

const isLogin = ({ path }: { readonly path: string }) => path === "/sentinel/login"

const metricsOf = (origin: string) =>
  Effect.promise(async () => (await new UserAgent().send(new URL(`${origin}/metrics`))).text())

/** Sent where no secret belongs: no answer and no log repeats it, but the address of the request in a span does. */
const misplaced = "a-secret-in-a-place-for-something-else"

const wrongPassword = "a-wrong-password-of-the-user"

layer(layerWatched, { excludeTestServices: true })("secrets", (it) => {
  it.effect("R37, R38: are where they belong, and nowhere else: logs, spans, metrics, pages, headers, store", () =>
    Effect.gen(function* () {
      const { base, lines, origin } = yield* Loopback
      const { answers, secrets } = yield* Effect.promise(async () => {
        const browser = new WatchedAgent()
        const host = new URL(origin).hostname
        const state = "planted-state-0123456789"
        const login = await browser.visit(authorizeUrl(base, { client_id: clientId, redirect_uri: callback, state }))
        const loginCookie = browser.cookies(host).get("sentinel-login")!
        await browser.fillIn(login, { ...agent, password: wrongPassword })
        const { url } = await browser.fillIn(login)
        const sessionCookie = browser.cookies(host).get(`sentinel-session-${account}`)!
        const code = url.searchParams.get("code")!

        const post = async (path: string, body: Record<string, string>, headers: Record<string, string> = {}) => {
          const target = new URL(`${base}/${path}?v=1.0`)
          const init = { method: "POST", body: new URLSearchParams(body), headers }
          return (await (await browser.send(target, init)).text()) || "{}"
        }
        const credentials = { client_id: clientId, client_secret: secret }
        const exchange = { grant_type: "authorization_code", code, redirect_uri: callback }
        const basic = Buffer.from(`${clientId}:${secret}`).toString("base64")
        const tokens = JSON.parse(await post("token", { ...exchange, ...credentials })) as Record<string, string>
        const refresh = { grant_type: "refresh_token", refresh_token: tokens["refresh_token"]! }
        const next = JSON.parse(await post("token", refresh, { authorization: `Basic ${basic}` })) as typeof tokens
        const user = new URL(`${origin}/api/account/${account}/configuration/le-users/users/3552833710?v=6.0`)
        await browser.send(user, { headers: { authorization: `Bearer ${next["access_token"]}` } })

        // Everything that goes wrong with a secret in it.
        await browser.visit(authorizeUrl(base, { client_id: clientId, response_type: "token", state }))
        await browser.visit(authorizeUrl(base, { client_id: misplaced, redirect_uri: callback, state }))
        await browser.visit(
          authorizeUrl(base, { client_id: clientId, redirect_uri: `${callback}?${misplaced}`, state })
        )
        await browser.visit(new URL(`${base}/nothing?client_secret=${secret}&code=${code}`))
        await browser.visit(new URL(`${base}/token?client_secret=${secret}&code=${code}`))
        await post(`token`, { ...exchange, client_id: clientId, client_secret: `${secret}-wrong` })
        await post(`token`, { ...exchange, ...credentials, grant_type: misplaced })
        await post(`token`, { ...exchange, ...credentials })
        await post("token/revoke", { ...credentials, token: next["refresh_token"]! })
        await post("token", { ...refresh, ...credentials })
        await browser.fillIn({ ...login, text: login.text.replace(/name="token"\s+value="[^"]{4}/, "$&AAAA") })

        isBroken = true
        await browser.visit(authorizeUrl(base, { client_id: clientId, redirect_uri: callback, state }))
        await browser.fillIn(login)
        await post("token", { ...exchange, ...credentials })
        await post("token", { ...refresh, ...credentials })
        await post("token/revoke", { ...credentials, token: next["refresh_token"]! })
        await browser.send(user, { headers: { authorization: `Bearer ${next["access_token"]}` } })
        isBroken = false

        const toApplication = /\nlocation: https:\/\/app\.example\/cb\?/
        const isToken = ({ path }: { readonly path: string }) => path.endsWith("/token")
        return {
          answers: browser.answers,
          secrets: {
            state: { value: state, headers: toApplication },
            code: { value: code, headers: toApplication },
            "login cookie": { value: loginCookie, headers: /\nset-cookie: sentinel-login=/ },
            "session cookie": { value: sessionCookie, headers: /\nset-cookie: sentinel-session-12345678=/ },
            "form token": { value: field(login, "token"), text: isLogin },
            "access token": { value: tokens["access_token"]!, text: isToken },
            "refresh token": { value: tokens["refresh_token"]!, text: isToken },
            id_token: { value: tokens["id_token"]!, text: isToken },
            "next access token": { value: next["access_token"]!, text: isToken },
            "next refresh token": { value: next["refresh_token"]!, text: isToken },
            "client secret": { value: secret },
            "client secret in Basic": { value: basic },
            "wrong password": { value: wrongPassword },
            "misplaced secret": { value: misplaced }
          } satisfies Record<string, Place>
        }
      })

      assert.isAbove(lines.length, 20)
      assert.isAbove(spans.length, 20)
      assert.isAbove(told.length, 10)
      const metrics = yield* metricsOf(origin)
      assert.include(metrics, "sentinel")
      const nowhere = {
        log: lines,
        span: spans.flatMap(spanTexts),
        store: textsOf(told),
        metric: [metrics]
      }
      for (const [name, place] of Object.entries<Place>(secrets)) {
        assert.isAbove(place.value.length, 15, name)
        for (const [where, texts] of Object.entries(nowhere)) {
          if (where === "span" && place.value === misplaced) continue
          for (const text of texts) assert.notInclude(text, place.value, `${name} in a ${where}`)
        }
        let seen = 0
        for (const answer of answers) {
          if (`\n${answer.headers}`.includes(place.value)) {
            seen += 1
            assert.match(`\n${answer.headers}`, place.headers ?? /never/, `${name} in the headers of ${answer.path}`)
          }
          if (answer.text.includes(place.value)) {
            seen += 1
            assert.isTrue(place.text?.(answer) ?? false, `${name} in the text of ${answer.path}`)
          }
        }
        // The test would see it, if it were somewhere.
        if (place.headers !== undefined || place.text !== undefined) assert.isAbove(seen, 0, name)
      }
    })
  )

  it.effect("R38: without a socket, too, spans have neither states nor codes", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ settings: Layer.succeed(Tracer.Tracer, tracer) })
      const before = spans.length
      const response = yield* browser(sentinel).signIn(authorizePath({ state: "planted-state-9876543210" }))
      const code = answerOf(response).get("code")!
      const texts = spans.slice(before).flatMap(spanTexts)
      assert.isAbove(texts.length, 10)
      for (const text of texts) {
        assert.notInclude(text, code)
        assert.notInclude(text, "planted-state")
      }
    })
  )
})
