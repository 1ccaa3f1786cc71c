/**
 * Our client against an authorization server that we did not write: oidc-provider, with its endpoints at LivePerson's
 * paths.
 *
 * What stays different is the issuer. LivePerson's is the word `sentinel`, oidc-provider's must be a URL, and our
 * client refuses any other in an id_token and in a callback (RFC 9207, which LivePerson does not send): the browser of
 * this test takes it out of the address. So the sign-in asks for no `openid`, as LivePerson's documentation does not
 * either; one test asks for it, to see the refusal.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Domains from "@le-auth/core/Domains"
import { Origin } from "@le-auth/core/Origin"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { createServer, type Server } from "node:http"
import { Provider } from "oidc-provider"
import { freePort } from "./Start.ts"

const account = AccountId.make("12345678")
const redirectUri = RedirectUri.make("http://127.0.0.1:4999/callback")
const client = { client_id: "our-client", client_secret: "a secret with %, + and & in it" }
let origin: Origin
let server: Server

beforeAll(async () => {
  const port = await freePort()
  origin = Origin.make(`http://127.0.0.1:${port}`)
  const api = `/sentinel/api/account/${account}`
  const provider = new Provider(origin, {
    clients: [
      {
        ...client,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_post",
        application_type: "native"
      }
    ],
    routes: {
      authorization: `${api}/authorize`,
      token: `${api}/token`,
      revocation: `${api}/token/revoke`,
      jwks: "/sentinel/well-known/jwks"
    },
    features: {
      revocation: { enabled: true },
      devInteractions: { enabled: true },
      // It grants nothing without a scope; LivePerson knows none.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:liveperson",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: "api", accessTokenFormat: "opaque" as const })
      }
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: 3600, RefreshToken: 86_400, IdToken: 600, Interaction: 600, Session: 3600, Grant: 86_400 },
    pkce: { required: () => false },
    cookies: { keys: ["for this test only"] },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) })
  })
  const callback = provider.callback()
  server = createServer((request, response) => {
    const domain = /^\/api\/account\/(\w+)\/service\/(\w+)\/baseURI\.json/.exec(request.url ?? "")
    if (domain === null) return void callback(request, response)
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ account: domain[1], service: domain[2], baseURI: new URL(origin).host }))
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** The user's browser: keeps cookies, follows redirects, fills in what oidc-provider's development pages ask. */
// It is the browser, not our client, so it does not use HttpClient.
// @effect-diagnostics globalFetch:off
const visit = async (authorize: string, keepIssuer = false): Promise<string> => {
  const cookies = new Map<string, string>()
  let next: { readonly url: string; readonly form?: URLSearchParams } = { url: authorize }
  for (let step = 0; step < 15; step++) {
    if (next.url.startsWith(redirectUri)) {
      const callback = new URL(next.url)
      if (!keepIssuer) callback.searchParams.delete("iss")
      return callback.href
    }
    const response = await fetch(next.url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(next.form === undefined ? {} : { method: "POST", body: next.form })
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";")
      const separator = pair!.indexOf("=")
      cookies.set(pair!.slice(0, separator), pair!.slice(separator + 1))
    }
    const location = response.headers.get("location")
    const page = await response.text()
    if (location !== null) next = { url: new URL(location, next.url).href }
    else {
      const form = new URLSearchParams()
      for (const [, name, value] of page.matchAll(/<input[^>]*name="(\w+)"[^>]*value="([^"]*)"/g))
        form.set(name!, value!)
      if (form.get("prompt") === "login") {
        form.set("login", "somebody")
        form.set("password", "anything")
      }
      const action = /action="([^"]+)"/.exec(page)?.[1]
      if (action === undefined) throw new Error(`a page that asks nothing: ${page.slice(0, 500)}`)
      next = { url: new URL(action, next.url).href, form }
    }
  }
  throw new Error("too many steps")
}

const layer = (options: SignIn.Options) =>
  Layer.unwrap(
    Effect.sync(() =>
      SignIn.layerWith(options).pipe(
        Layer.provideMerge(Sessions.layer),
        Layer.provideMerge(Layer.merge(Domains.layerWith({ domainApi: origin }), SentinelClient.layer)),
        Layer.provide(
          AppInstallations.layer(
            new AppInstallations.AppInstallation({
              accountId: account,
              clientId: ClientId.make(client.client_id),
              clientSecret: Redacted.make(client.client_secret),
              redirectUris: [redirectUri]
            })
          )
        ),
        Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
        Layer.provideMerge(Layer.merge(NodeHttp.layer, NodeCrypto.layer))
      )
    )
  )

const signIn = Effect.gen(function* () {
  const started = yield* SignIn.start({ returnTo: "/inbox" })
  const callback = yield* Effect.promise(() => visit(started.url))
  return yield* SignIn.complete(SignIn.callback(callback, started.binding))
})

describe("against oidc-provider", () => {
  for (const pkce of [false, true]) {
    it.live(`signs in, refreshes and revokes, PKCE ${pkce ? "on" : "off"}`, () =>
      Effect.gen(function* () {
        const { returnTo, session } = yield* signIn
        assert.strictEqual(returnTo, "/inbox")
        assert.isAbove(session.expiresAt, session.signedInAt)
        const refreshed = yield* Sessions.renew(session.key, { unless: session.accessToken })
        assert.notStrictEqual(Redacted.value(refreshed.accessToken), Redacted.value(session.accessToken))
        assert.notStrictEqual(Redacted.value(refreshed.refreshToken!), Redacted.value(session.refreshToken!))
        yield* Sessions.revokeEverywhere(session.key)
        assert.isTrue(Option.isNone(yield* Sessions.current(session.key)))
      }).pipe(Effect.provide(layer({ pkce, scope: "api" })))
    )
  }

  it.live("a used refresh token ends the session here, too", () =>
    Effect.gen(function* () {
      const { session } = yield* signIn
      const client = yield* SentinelClient.SentinelClient
      const installation = new AppInstallations.AppInstallation({
        accountId: account,
        clientId: session.key.clientId,
        clientSecret: Redacted.make("a secret with %, + and & in it"),
        redirectUris: []
      })
      yield* client.refresh({ installation, sentinel: origin, refreshToken: session.refreshToken! })
      assert.strictEqual(
        (yield* Effect.flip(Sessions.renew(session.key, { unless: session.accessToken })))._tag,
        "SessionEnded"
      )
    }).pipe(Effect.provide(layer({ scope: "api" })))
  )

  it.live("C6: a callback of another issuer is refused", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start()
      const callback = yield* Effect.promise(() => visit(started.url, true))
      const error = yield* Effect.flip(SignIn.complete(SignIn.callback(callback, started.binding)))
      assert(error._tag === "CallbackError")
      assert.strictEqual(error.reason._tag, "WrongIssuer")
    }).pipe(Effect.provide(layer({ scope: "api" })))
  )

  it.live("E2: an id_token of another issuer is refused", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(signIn)
      assert(error._tag === "IdTokenError")
      assert.strictEqual(error.reason, "WrongIssuer")
    }).pipe(Effect.provide(layer({ scope: "openid" })))
  )
})
