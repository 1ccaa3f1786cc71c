/**
 * Strict OpenID Connect clients that others wrote work with the dialect `openid` from the issuer alone, used as their
 * documentation says, whether Sentinel is `localhost` or 127.0.0.1 to them.
 */
import { Auth } from "@auth/core"
import { assert, describe, layer } from "@effect/vitest"
import {
  getAuth,
  oidcAuthMiddleware,
  initOidcAuthMiddleware,
  processOAuthCallback,
  revokeSession
} from "@hono/oidc-auth"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import express from "express"
import { auth as expressAuth, requiresAuth } from "express-openid-connect"
import { Hono } from "hono"
import { once } from "node:events"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as openid from "openid-client"
import { account, config, secret } from "../Harness.ts"
import { Loopback, layerWith, raw, UserAgent } from "./Loopback.ts"

const clientId = "77777777-7777-4777-8777-777777777777"
const sub = "3552833710"
const email = "agent@example.com"
const scope = "openid email profile"
const cookieSecret = "a secret of an application, long enough for all of them"

const [first, ...others] = config.accounts
const withClient = {
  accounts: [
    {
      ...first!,
      users: [{ id: sub, email, password: "agent", name: "Alex Agent" }],
      installations: [
        {
          client_id: clientId,
          client_secret: secret,
          client_name: "OpenID Connect",
          grant_types: ["authorization_code", "refresh_token"],
          redirect_uris: ["/cb", "/callback", "/auth/callback/sentinel"].map((path) => `http://127.0.0.1${path}`)
        }
      ]
    },
    ...others
  ]
}

/** Runs an application on a port of its own. */
const serving = async (make: (origin: string) => RequestListener, use: (origin: string) => Promise<void>) => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on("request", make(origin))
    await use(origin)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** A function of web requests as a listener, with what these applications need. */
const listener =
  (handler: (request: Request) => Response | Promise<Response>) =>
  async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Array<Buffer> = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string])
    const response = await handler(
      new Request(`http://${incoming.headers.host}${incoming.url}`, {
        method: incoming.method!,
        headers,
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) })
      })
    )
    const own = [...response.headers].filter(([name]) => name !== "set-cookie")
    outgoing.writeHead(response.status, { ...Object.fromEntries(own), "set-cookie": response.headers.getSetCookie() })
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  }

layer(layerWith({ settings: SentinelDialect.layer(SentinelDialect.openid), config: withClient }), {
  excludeTestServices: true
})("clients of OpenID Connect", (it) => {
  describe.each(["localhost", "127.0.0.1"])("at %s", (host) => {
    const issuerOf = ({ origin }: Loopback["Service"]) =>
      `http://${host}:${new URL(origin).port}/sentinel/api/account/${account}`
    const test = (name: string, run: (issuer: string) => Promise<void>) =>
      it.effect(`R102: ${name}`, () =>
        Effect.flatMap(Loopback, (sentinel) => Effect.promise(() => run(issuerOf(sentinel))))
      )

    test("openid-client signs in, reads userinfo, demands a fresh sign-in, and signs out", async (issuer) => {
      const configuration = await openid.discovery(new URL(issuer), clientId, secret, undefined, {
        execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks]
      })
      const metadata = configuration.serverMetadata()
      assert.strictEqual(metadata.issuer, issuer)
      const redirect_uri = "http://127.0.0.1:9/cb"
      const browser = new UserAgent()
      const codeFlow = async (parameters: Readonly<Record<string, string>>, maxAge?: number) => {
        const verifier = openid.randomPKCECodeVerifier()
        const [state, nonce] = [openid.randomState(), openid.randomNonce()]
        const start = openid.buildAuthorizationUrl(configuration, {
          redirect_uri,
          scope,
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          ...parameters
        })
        const answer = await answerOf(browser, start)
        return openid.authorizationCodeGrant(configuration, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(maxAge !== undefined && { maxAge })
        })
      }
      const tokens = await codeFlow({})
      assert.strictEqual(tokens.claims()?.iss, issuer)
      assert.strictEqual(tokens.scope, scope)
      const claims = await openid.fetchUserInfo(configuration, tokens.access_token, tokens.claims()!.sub)
      assert.deepStrictEqual({ ...claims }, { sub, email, name: "Alex Agent", is_admin: false, is_lpa: false })

      // With a session no page is shown, and a silent request is answered.
      const silent = await codeFlow({ prompt: "none", id_token_hint: tokens.id_token! }, 3600)
      assert.isNumber(silent.claims()!["auth_time"])
      await codeFlow({ max_age: "0" }, 0)

      // The sign-out leads back to the application, and ends the session.
      const end = openid.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: "http://127.0.0.1:9/bye",
        id_token_hint: tokens.id_token!,
        state: "s t"
      })
      const bye = await redirectOf(browser, end)
      assert.strictEqual(bye, "http://127.0.0.1:9/bye?state=s%20t")
      const refused = await codeFlow({ prompt: "none" }).catch((error: unknown) => error)
      assert.strictEqual((refused as openid.AuthorizationResponseError).error, "login_required")
      const refusedRefresh = await openid
        .refreshTokenGrant(configuration, tokens.refresh_token!)
        .catch((e: unknown) => e)
      assert.strictEqual((refusedRefresh as openid.ResponseBodyError).error, "invalid_grant")
    })

    test("Auth.js (type oidc) signs in, with the claims of userinfo", (issuer) => {
      const handler = (request: Request) =>
        Auth(request, {
          providers: [
            {
              id: "sentinel",
              name: "Sentinel",
              type: "oidc",
              issuer,
              clientId,
              clientSecret: secret,
              checks: ["pkce", "state", "nonce"],
              idToken: false
            }
          ],
          secret: cookieSecret,
          basePath: "/auth",
          trustHost: true
        })
      return serving(
        () => listener(handler),
        async (origin) => {
          const browser = new UserAgent()
          const { csrfToken } = JSON.parse((await browser.visit(new URL(`${origin}/auth/csrf`))).text)
          const login = await browser.visit(new URL(`${origin}/auth/signin/sentinel`), {
            method: "POST",
            body: new URLSearchParams({ csrfToken, callbackUrl: `${origin}/auth/session` })
          })
          assert.strictEqual(login.url.pathname, "/sentinel/login")
          const session = JSON.parse((await browser.fillIn(login)).text)
          assert.deepInclude(session.user, { name: "Alex Agent", email })
        }
      )
    })

    test("express-openid-connect signs in, reads userinfo, and signs out at the issuer", (issuer) =>
      serving(
        (baseURL) => {
          const app = express()
          app.use(
            expressAuth({
              issuerBaseURL: issuer,
              baseURL,
              clientID: clientId,
              clientSecret: secret,
              secret: cookieSecret,
              idpLogout: true,
              authRequired: false,
              authorizationParams: { response_type: "code", scope }
            })
          )
          app.get("/", (request, response) => void response.json(request.oidc.user ?? null))
          app.get("/profile", requiresAuth(), (request, response, next) => {
            request.oidc.fetchUserInfo().then((claims) => response.json(claims), next)
          })
          return app
        },
        async (origin) => {
          const browser = new UserAgent()
          const login = await browser.visit(new URL(`${origin}/profile`))
          assert.strictEqual(login.url.pathname, "/sentinel/login")
          assert.deepInclude(JSON.parse((await browser.fillIn(login)).text), { sub, email, name: "Alex Agent" })
          const home = await browser.visit(new URL(`${origin}/logout`))
          assert.strictEqual(home.url.href, `${origin}/`)
          assert.strictEqual(home.text, "null")
          // The session at Sentinel has ended as well.
          assert.strictEqual((await browser.visit(new URL(`${origin}/login`))).url.pathname, "/sentinel/login")
        }
      ))

    test("@hono/oidc-auth signs in and revokes", (issuer) =>
      serving(
        (origin) => {
          const app = new Hono()
          app.use(
            initOidcAuthMiddleware({
              OIDC_ISSUER: issuer,
              OIDC_CLIENT_ID: clientId,
              OIDC_CLIENT_SECRET: secret,
              OIDC_AUTH_SECRET: cookieSecret,
              OIDC_REDIRECT_URI: `${origin}/callback`
            })
          )
          app.get("/logout", async (c) => {
            await revokeSession(c)
            return c.text("bye")
          })
          app.get("/callback", (c) => processOAuthCallback(c))
          app.use("*", oidcAuthMiddleware())
          app.get("/", async (c) => c.json(await getAuth(c)))
          return listener((request) => app.fetch(request))
        },
        async (origin) => {
          const browser = new UserAgent()
          const login = await browser.visit(new URL(`${origin}/`))
          assert.strictEqual(login.url.pathname, "/sentinel/login")
          // It asks for all scopes that the metadata announce.
          assert.strictEqual(JSON.parse((await browser.fillIn(login)).text).sub, sub)
          assert.strictEqual((await browser.visit(new URL(`${origin}/logout`))).text, "bye")
          assert.strictEqual((await browser.visit(new URL(`${origin}/`))).url.pathname, "/sentinel/login")
        }
      ))
  })

  it.effect("R102: an issuer that is asked under a name that is not its own keeps its own", () =>
    Effect.gen(function* () {
      const { origin } = yield* Loopback
      const { port } = new URL(origin)
      yield* Effect.promise(async () => {
        for (const host of ["evil.example", `evil.example:${port}`, `localhost.:${port}`, "[::2]"]) {
          const path = `/sentinel/api/account/${account}/.well-known/openid-configuration`
          const answer = await raw(origin, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
          const { issuer } = JSON.parse(answer.body) as { readonly issuer: string }
          assert.strictEqual(issuer, `http://localhost:${port}/sentinel/api/account/${account}`)
        }
      })
    })
  )
})

/** The redirect at the end of a way that stays at Sentinel. */
const redirectOf = async (browser: UserAgent, url: URL): Promise<string | undefined> => {
  const response = await browser.send(url)
  await response.text()
  return response.headers.get("location") ?? undefined
}

/** Follows Sentinel until it answers to the application, where nothing listens; signs in where it is asked to. */
const answerOf = async (browser: UserAgent, start: URL): Promise<URL> => {
  const location = await redirectOf(browser, start)
  const next = new URL(location!, start)
  if (next.pathname !== "/sentinel/login") return next
  const page = await browser.visit(next)
  const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)?.[1] ?? ""
  const response = await browser.send(next, {
    method: "POST",
    headers: { origin: next.origin, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ request: field("request"), token: field("token"), username: email, password: "agent" })
  })
  await response.text()
  return new URL(response.headers.get("location")!)
}
