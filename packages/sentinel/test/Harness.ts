/** A Sentinel without a port, under the clock of the test, and browsers and applications that talk to it. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Origin } from "@le-auth/core/Origin"
import * as AccessTokens from "@le-auth/sentinel/AccessTokens"
import * as Directory from "@le-auth/sentinel/Directory"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

export const account = "12345678"
export const secret = "development-only-secret"
/** Registered: one redirect URI, codes and refresh tokens. */
export const clientId = "11111111-1111-4111-8111-111111111111"
export const callback = "https://app.example/cb"
/** Registered: several redirect URIs, one of them on loopback, one with a query. */
export const manyClientId = "33333333-3333-4333-8333-333333333333"
export const loopbackCallback = "http://127.0.0.1/cb?keep=%7e+1"
export const queryCallback = "https://app.example/cb?tenant=a%2Fb&empty=&x"
/** In the other account only. */
export const otherAccount = "le87654321"
export const otherClientId = "44444444-4444-4444-8444-444444444444"
/** Without authorization_code. */
export const serviceClientId = "55555555-5555-4555-8555-555555555555"
/** Without refresh_token; its secret has every character that HTTP Basic has to encode. */
export const plainClientId = "client:with %+"
export const plainSecret = "p:a%ss w+rd"

const installation = (id: string, redirectUris: ReadonlyArray<string>, more: object = {}) => ({
  client_id: id,
  client_secret: secret,
  client_name: `App ${id.slice(0, 1)}`,
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: redirectUris,
  ...more
})

const users = [
  { id: "3552833710", email: "agent@example.com", password: "agent" },
  { id: "3552833711", email: "admin@example.com", password: "pässwörd 🔑", is_admin: true },
  { id: "3552833712", email: "gone@example.com", password: "gone", enabled: false }
]

export const config = {
  accounts: [
    {
      id: account,
      name: "Brand <b>&\"'",
      users,
      installations: [
        installation(clientId, [callback]),
        installation(manyClientId, [
          loopbackCallback,
          queryCallback,
          "http://[::1]:9999/cb",
          "http://localhost:3000/cb"
        ]),
        installation(serviceClientId, [callback], { grant_types: ["client_credentials"] }),
        installation(plainClientId, [callback], {
          client_secret: plainSecret,
          grant_types: ["authorization_code"]
        }),
        installation("66666666-6666-4666-8666-666666666666", [callback], { enabled: false })
      ]
    },
    { id: otherAccount, users, installations: [installation(otherClientId, [callback])] }
  ]
}

/** For a test that changes its keys. */
export const newKeys = Effect.map(
  Layer.buildWithScope(SigningKeys.layer.pipe(Layer.provide(NodeCrypto.layer)), Scope.makeUnsafe()),
  (context) => Context.get(context, SigningKeys.SigningKeys)
)

/** One key for all tests, since it takes a tenth of a second to make one. */
export const keys = await Effect.runPromise(newKeys)

export interface StartOptions {
  readonly points?: Partial<SentinelDialect.SentinelDialect>
  readonly publicOrigin?: string
  readonly config?: unknown
  readonly store?: SentinelStore["Service"]
  readonly keys?: SigningKeys.SigningKeys["Service"]
  /** Changes the directory of the configuration. */
  readonly directory?: (directory: Directory.Directory["Service"]) => Directory.Directory["Service"]
  readonly metrics?: boolean
  /** Settings that have defaults. */
  readonly settings?: Layer.Layer<never>
  readonly passwords?: Passwords.Options
}

/** Passwords of tests protect no one. */
export const cheapPasswords = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 10 })

export const start = Effect.fnUntraced(function* (options?: StartOptions) {
  const origin = Origin.make(options?.publicOrigin ?? "http://localhost:4400")
  const decoded = yield* SentinelConfig.fromUnknown(options?.config ?? config)
  const store = options?.store ?? (yield* Effect.provide(SentinelStore, layerMemory))
  const lines: Array<string> = []
  const services = Layer.effect(
    Directory.Directory,
    Effect.map(Directory.Directory, options?.directory ?? ((directory) => directory))
  ).pipe(
    Layer.provide(Directory.layer(decoded)),
    Layer.provide(Passwords.layerWith({ algorithm: cheapPasswords, ...options?.passwords })),
    Layer.merge(Layer.succeed(SentinelStore, store)),
    Layer.merge(Layer.succeed(SigningKeys.SigningKeys, options?.keys ?? keys)),
    Layer.provideMerge(NodeCrypto.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeed(Clock.Clock, yield* Clock.Clock),
        Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]),
        SentinelDialect.layer(options?.points ?? {}),
        options?.settings ?? Layer.empty
      )
    )
  )
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() => Sentinel.toWebHandler({ publicOrigin: origin, metrics: options?.metrics === true }, services)),
    ({ dispose }) => Effect.promise(dispose)
  )
  const fetch = (path: string, init?: RequestInit, remoteAddress?: string): Effect.Effect<Response> =>
    Effect.promise(() => handler(new Request(`${origin}${path}`, init), { remoteAddress }))
  const send = (request: Request): Effect.Effect<Response> => Effect.promise(() => handler(request))
  return { fetch, send, store, lines, origin }
})

/** The answer to what waits for its turn: time goes by, a second at once, until it is there. */
export const patiently = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  for (;;) {
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
    if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
    yield* TestClock.adjust("1 second")
  }
})

export type Running = Effect.Success<ReturnType<typeof start>>

export const search = (parameters: Readonly<Record<string, string | undefined>>): string =>
  new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  ).toString()

export const authorizePath = (
  parameters?: Readonly<Record<string, string | undefined>>,
  accountId: string = account
): string =>
  `/sentinel/api/account/${accountId}/authorize?` +
  search({ v: "1.0", response_type: "code", client_id: clientId, ...parameters })

/** A browser: it keeps cookies. */
export const browser = (sentinel: Running, address?: string) => {
  const jar = new Map<string, string>()
  const send = Effect.fnUntraced(function* (path: string, init?: RequestInit) {
    const headers = new Headers(init?.headers)
    if (!headers.has("accept")) headers.set("accept", "text/html")
    headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "))
    const response = yield* sentinel.fetch(path, { ...init, headers }, address)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name!)
      else jar.set(name!, value!)
    }
    return response
  })
  const open = Effect.fnUntraced(function* (path: string) {
    const redirect = yield* send(path)
    const location = redirect.headers.get("location") ?? ""
    const response = yield* send(location)
    const text = yield* Effect.promise(() => response.text())
    const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? ""
    const cookie = jar.get("sentinel-login")
    return { location, text, response, cookie, form: { request: field("request"), token: field("token") } }
  })
  const submit = (form: Readonly<Record<string, string>>, headers?: HeadersInit) =>
    send("/sentinel/login", { method: "POST", body: new URLSearchParams(form), ...(headers && { headers }) })
  /** From the authorization request to the answer that goes to the application. */
  const signIn = Effect.fnUntraced(function* (
    path: string = authorizePath(),
    credentials: { readonly username: string; readonly password: string } = agent
  ) {
    const page = yield* open(path)
    return yield* submit({ ...page.form, ...credentials })
  })
  return { jar, send, open, submit, signIn }
}

export const agent = { username: "agent@example.com", password: "agent" }
export const admin = { username: "admin@example.com", password: "pässwörd 🔑" }

/** The parameters that the application gets back. */
export const answerOf = (response: Response): URLSearchParams =>
  new URL(response.headers.get("location") ?? "", "http://localhost:4400").searchParams

export const tokenPath = (accountId: string = account) => `/sentinel/api/account/${accountId}/token?v=1.0`

/** An application, with its credentials in the body as LivePerson wants them. */
export const application = (
  sentinel: Running,
  credentials: Readonly<Record<string, string>> = { client_id: clientId, client_secret: secret }
) => {
  const post = Effect.fnUntraced(function* (path: string, body: Readonly<Record<string, string>>) {
    const response = yield* sentinel.fetch(path, { method: "POST", body: new URLSearchParams(body) })
    const text = yield* Effect.promise(() => response.text())
    const isJson = text !== "" && response.headers.get("content-type")?.startsWith("application/json") === true
    const json = (isJson ? JSON.parse(text) : {}) as Readonly<Record<string, string>>
    return { status: response.status, headers: response.headers, text, json }
  })
  const exchange = (code: string, more: Readonly<Record<string, string>> = {}) =>
    post(tokenPath(), { grant_type: "authorization_code", code, ...credentials, ...more })
  const refresh = (refreshToken: string | undefined, more: Readonly<Record<string, string>> = {}) =>
    post(tokenPath(), { grant_type: "refresh_token", refresh_token: refreshToken!, ...credentials, ...more })
  const revoke = (token: string | undefined, more: Readonly<Record<string, string>> = {}, v = "?v=1.0") =>
    post(`/sentinel/api/account/${account}/token/revoke${v}`, { token: token!, ...credentials, ...more })
  return { post, exchange, refresh, revoke }
}

/** A user who is signed in, and the tokens of the application. */
export const signedIn = Effect.fnUntraced(function* (options?: StartOptions) {
  const sentinel = yield* start(options)
  const user = browser(sentinel)
  const app = application(sentinel)
  const code = answerOf(yield* user.signIn()).get("code")!
  const { json: tokens } = yield* app.exchange(code)
  return { sentinel, user, app, code, tokens }
})

/** Whether an access token is valid, as a resource behind Sentinel finds out. */
export const isAlive = (sentinel: Running, token: string | undefined) =>
  AccessTokens.find(Redacted.make(token!)).pipe(
    Effect.provideService(SentinelStore, sentinel.store),
    Effect.provide(NodeCrypto.layerDigest),
    Effect.map(Option.isSome)
  )

/** An installation with every member of LivePerson's document, as JSON. */
export const wholeInstallation = {
  client_id: "88888888-8888-4888-8888-888888888888",
  client_secret: "planted-secret-of-a-whole-installation",
  client_name: "com.example.whole",
  "client_name#de": "de.example.ganz",
  display_name: "Whole",
  "display_name#de": "Ganz",
  description: "Has everything",
  "description#pt-BR": "Tem tudo",
  grant_types: ["authorization_code", "refresh_token", "client_credentials"],
  redirect_uris: ["https://app.example/cb"],
  response_types: ["code", "id_token token"],
  scope: "msg.consumer",
  logo_uri: "https://app.example/logo.png",
  capabilities: {
    webhooks: {
      "ms.MessagingEventNotification.ContentEvent": {
        endpoint: "https://app.example/webhooks",
        max_retries: 3,
        headers: [{ header_name: "X-Example", header_value: "1" }]
      }
    },
    engagement: { design_engagement: false, entry_point: ["section"], goal: "url" }
  },
  quick_launch_enabled: true,
  entry_uri: "https://app.example/login",
  enabled: true,
  enabled_for_profiles: [1, 2]
}
