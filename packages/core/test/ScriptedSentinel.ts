/**
 * The other side of the wire in one function: an `HttpClient` that answers as Sentinel and the Domain API do, remembers
 * what it was sent, and can be told to answer something else once.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as Domains from "@le-auth/core/Domains"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Transport from "@le-auth/core/Transport"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto"

export const account = AccountId.make("12345678")
export const otherAccount = AccountId.make("87654321")

export const installation = new AppInstallations.AppInstallation({
  accountId: account,
  clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
  clientSecret: Redacted.make("planted-client-secret"),
  redirectUris: [RedirectUri.make("https://app.example/callback")]
})

export const otherInstallation = new AppInstallations.AppInstallation({
  accountId: otherAccount,
  clientId: ClientId.make("22222222-2222-4222-8222-222222222222"),
  clientSecret: Redacted.make("planted-other-secret"),
  redirectUris: [RedirectUri.make("https://app.example/callback")]
})

const keyPair = generateKeyPairSync("rsa", { modulusLength: 2048 })

/** Signs a JWT with RS256, with a key of its own that is not ours unless told otherwise. */
export const jwt = (
  claims: object,
  header: object = { alg: "RS256", kid: "idtoken-22-11-26", typ: "JWT" },
  key: KeyObject = keyPair.privateKey
): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key).toString("base64url")}`
}

export const jwks = {
  keys: [{ ...keyPair.publicKey.export({ format: "jwk" }), kid: "idtoken-22-11-26", alg: "RS256", use: "sig" }]
}

export interface Sent {
  readonly method: string
  readonly url: URL
  readonly form: URLSearchParams
  readonly headers: Record<string, string | undefined>
}

type Answer = (sent: Sent) => Response | Promise<Response> | Effect.Effect<Response>

/** What the tests see of the other side. */
export class Wire extends Context.Service<
  Wire,
  {
    readonly sent: Array<Sent>
    /** The requests whose path ends so. */
    readonly to: (path: string) => ReadonlyArray<Sent>
    /** Answers to come, first in first out, for paths that end so; then the usual answer again. */
    readonly next: (path: string, ...answers: ReadonlyArray<Answer>) => void
  }
>()("@le-auth/core/test/ScriptedSentinel/Wire") {}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } })

export const oauthError = (error: string, status = 400, description?: string) =>
  json(description === undefined ? { error } : { error, error_description: description }, status)

let serial = 0
/** The usual answer of the token endpoint; each token is a new one. */
export const tokens = (sent: Sent, now: number, overrides: object = {}) => {
  serial += 1
  const iat = Math.floor(now / 1000)
  return {
    access_token: `planted-access-${serial}`,
    token_type: "Bearer",
    refresh_token: `planted-refresh-${serial}`,
    expires_in: 28_800,
    ...(sent.form.get("grant_type") === "authorization_code"
      ? {
          id_token: jwt({
            sub: "3552833710",
            aud: sent.form.get("client_id"),
            iss: "sentinel",
            iat,
            exp: iat + 600,
            is_admin: true
          })
        }
      : {}),
    ...overrides
  }
}

const usual = (sent: Sent, now: number): Response => {
  const domain = /^\/api\/account\/(\w+)\/service\/(\w+)\/baseURI\.json$/.exec(sent.url.pathname)
  if (domain !== null) {
    return json({
      service: domain[2],
      account: domain[1],
      baseURI: `${domain[2]!.toLowerCase()}-${domain[1]}.liveperson.net`
    })()
  }
  if (sent.url.pathname.endsWith("/token")) return json(tokens(sent, now))()
  if (sent.url.pathname.endsWith("/token/revoke")) return json({})()
  if (sent.url.pathname.endsWith("/jwks")) return json(jwks)()
  return json({ hello: sent.headers["authorization"] })()
}

const wire = Layer.effectContext(
  Effect.sync(() => {
    const sent: Array<Sent> = []
    const planned: Array<{ readonly path: string; readonly answer: Answer }> = []
    const client = HttpClient.make((request, url) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        const entry: Sent = {
          method: request.method,
          url,
          form: new URLSearchParams(body),
          headers: { ...request.headers }
        }
        sent.push(entry)
        const index = planned.findIndex(({ path }) => url.pathname.endsWith(path))
        const answer = index === -1 ? usual(entry, now) : planned.splice(index, 1)[0]!.answer(entry)
        const response = Effect.isEffect(answer) ? yield* answer : yield* Effect.promise(async () => answer)
        return HttpClientResponse.fromWeb(request, response)
      })
    )
    return Context.make(HttpClient.HttpClient, client).pipe(
      Context.add(Transport.Transport, Transport.make(client)),
      Context.add(Wire, {
        sent,
        to: (path) => sent.filter(({ url }) => url.pathname.endsWith(path)),
        next: (path, ...answers) => void planned.push(...answers.map((answer) => ({ path, answer })))
      })
    )
  })
)

/** Everything that a program composes, over the scripted wire and memory stores. */
export const layerWith = (
  options: {
    readonly signIn?: SignIn.Options
    readonly sessions?: Sessions.Options
    readonly domains?: Domains.Options
    readonly installations?: ReadonlyArray<AppInstallations.AppInstallation>
    /** Other stores than those of the memory. */
    readonly stores?: Layer.Layer<
      TransactionStore.TransactionStore | SessionStore.SessionStore,
      never,
      AppInstallations.AppInstallations
    >
    /** Another store of app tokens than that of the memory. */
    readonly appTokens?: Layer.Layer<AppTokenStore.AppTokenStore>
    /** Another lock than that of the memory. */
    readonly lock?: Layer.Layer<RefreshLock.RefreshLock>
  } = {}
) =>
  SignIn.layerWith(options.signIn ?? {}).pipe(
    Layer.merge(AppTokens.layer),
    Layer.provideMerge(Sessions.layerWith(options.sessions ?? {})),
    Layer.provideMerge(Layer.mergeAll(SentinelClient.layer, Domains.layerWith(options.domains ?? {}))),
    Layer.provideMerge(options.lock ?? RefreshLock.layerMemory),
    Layer.provideMerge(options.appTokens ?? AppTokenStore.layerMemory),
    Layer.provideMerge(options.stores ?? Layer.merge(TransactionStore.layerMemory, SessionStore.layerMemory)),
    Layer.provideMerge(AppInstallations.layer(...(options.installations ?? [installation]))),
    Layer.provideMerge(NodeCrypto.layer),
    Layer.provideMerge(wire)
  )

export const layer = layerWith()

/** The callback that Sentinel would send the browser to. */
export const callbackOf = (
  started: SignIn.Started,
  parameters: Record<string, string> = { code: "planted-code" }
): SignIn.Callback => {
  const authorize = new URL(started.url)
  const callback = new URL("https://app.example/callback")
  for (const [name, value] of Object.entries(parameters)) callback.searchParams.set(name, value)
  callback.searchParams.set("state", authorize.searchParams.get("state")!)
  return SignIn.callback(callback, started.binding)
}

/** One whole sign-in. */
export const signIn = Effect.gen(function* () {
  const started = yield* SignIn.start({ accountId: account })
  return yield* SignIn.complete(callbackOf(started))
})

export const sentinelOrigin = Origin.make("https://sentinel-12345678.liveperson.net")
