/** Sentinel behind a real socket: what only the wire can show. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { fetch } from "@effect/platform-node/Undici"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Http from "node:http"
import { connect } from "node:net"
import * as oauth from "oauth4webapi"

const layer = Sentinel.layerServer.pipe(
  Layer.provide(Sentinel.layerMemory(SentinelConfig.development())),
  Layer.provide(NodeCrypto.layer),
  Layer.provideMerge(NodeHttpServer.layer(Http.createServer, { port: 0, host: "127.0.0.1" })),
  Layer.orDie
)

const originOf = Effect.map(HttpServer.HttpServer, ({ address }) => NetAddress.formatUrlUnsafe(address))

const account = "12345678"
const client_id = "11111111-1111-4111-8111-111111111111"
const client_secret = "development-only-secret"
const callback = "http://localhost:3000/callback"

/** Signs the agent in, as a browser would, beginning at an address. */
const signIn = async (start: URL): Promise<{ readonly answer: URL; readonly cookie: string }> => {
  const first = await fetch(start, { redirect: "manual" })
  const login = new URL(first.headers.get("location")!, start)
  const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!
  const page = await (await fetch(login, { headers: { cookie } })).text()
  const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)![1]!
  const body = new URLSearchParams({
    request: field("request"),
    token: field("token"),
    username: "agent@example.com",
    password: "agent"
  })
  const done = await fetch(login, { method: "POST", redirect: "manual", headers: { cookie }, body })
  return {
    answer: new URL(done.headers.get("location")!),
    cookie: `${cookie}; ${done.headers.getSetCookie()[0]!.split(";")[0]!}`
  }
}

/** Sends bytes as they are, and gives the first line of the answer. */
const raw = (origin: string, text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = ""
    const socket = connect(Number(new URL(origin).port), "127.0.0.1", () => socket.write(text, "latin1"))
    const finish = () => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(60_000, finish)
    socket.on("data", (data) => {
      answer += data.toString("latin1")
      if (answer.includes("\r\n\r\n")) setTimeout(finish, 20)
    })
    socket.on("error", finish)
    socket.on("close", finish)
  })

describe("over HTTP", () => {
  it.live("oauth4webapi signs in, refreshes and revokes", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const base = `${origin}/sentinel/api/account/${account}`
      yield* Effect.promise(async () => {
        const as: oauth.AuthorizationServer = {
          // LivePerson's issuer is a word and no URL, so there is no discovery document to start from.
          issuer: "sentinel",
          authorization_endpoint: `${base}/authorize?v=1.0`,
          token_endpoint: `${base}/token?v=1.0`,
          revocation_endpoint: `${base}/token/revoke?v1.0`,
          jwks_uri: `${origin}/sentinel/well-known/jwks`,
          id_token_signing_alg_values_supported: ["RS256"]
        }
        const client: oauth.Client = { client_id }
        const options = { [oauth.allowInsecureRequests]: true }

        for (const authenticate of [oauth.ClientSecretPost(client_secret), oauth.ClientSecretBasic(client_secret)]) {
          const state = oauth.generateRandomState()
          const start = new URL(as.authorization_endpoint!)
          for (const [name, value] of Object.entries({
            client_id,
            redirect_uri: callback,
            response_type: "code",
            state
          })) {
            start.searchParams.set(name, value)
          }
          const { answer } = await signIn(start)
          assert.strictEqual(answer.origin + answer.pathname, callback)
          const parameters = oauth.validateAuthResponse(as, client, answer, state)
          const exchange = await oauth.authorizationCodeGrantRequest(
            as,
            client,
            authenticate,
            parameters,
            callback,
            oauth.nopkce,
            options
          )
          const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchange, {
            requireIdToken: true
          })
          assert.strictEqual(oauth.getValidatedIdTokenClaims(tokens)!.sub, "3552833710")
          await oauth.validateApplicationLevelSignature(as, exchange, options)

          const refresh = await oauth.refreshTokenGrantRequest(as, client, authenticate, tokens.refresh_token!, options)
          const refreshed = await oauth.processRefreshTokenResponse(as, client, refresh)
          assert.strictEqual(refreshed.expires_in, 28_800)

          const revocation = await oauth.revocationRequest(as, client, authenticate, refreshed.refresh_token!, options)
          await oauth.processRevocationResponse(revocation)
          const dead = await oauth.refreshTokenGrantRequest(as, client, authenticate, refreshed.refresh_token!, options)
          const refused = await oauth.processRefreshTokenResponse(as, client, dead).catch((error: unknown) => error)
          assert.instanceOf(refused, oauth.ResponseBodyError)
          assert.strictEqual((refused as oauth.ResponseBodyError).error, "invalid_grant")
        }
      })
    }).pipe(Effect.provide(layer))
  )

  it.live("R32: of 64 redemptions over as many connections exactly one wins", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const base = `${origin}/sentinel/api/account/${account}`
      const statuses = yield* Effect.promise(async () => {
        const { answer } = await signIn(
          new URL(
            `${base}/authorize?response_type=code&client_id=${client_id}&redirect_uri=${encodeURIComponent(callback)}`
          )
        )
        const code = answer.searchParams.get("code")!
        const body = () =>
          new URLSearchParams({
            grant_type: "authorization_code",
            code,
            redirect_uri: callback,
            client_id,
            client_secret
          })
        const answers = await Promise.all(
          Array.from({ length: 64 }, () => fetch(`${base}/token?v=1.0`, { method: "POST", body: body() }))
        )
        return Promise.all(
          answers.map(
            async (response) => `${response.status} ${((await response.json()) as { error?: string }).error ?? "ok"}`
          )
        )
      })
      assert.deepStrictEqual(statuses.toSorted(), ["200 ok", ...Array.from({ length: 63 }, () => "400 invalid_grant")])
    }).pipe(Effect.provide(layer))
  )

  it.live("R17: HEAD has the status and headers of GET, and neither a body nor a code", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      yield* Effect.promise(async () => {
        const start = new URL(
          `${origin}/sentinel/api/account/${account}/authorize?response_type=code&client_id=${client_id}&redirect_uri=${encodeURIComponent(callback)}`
        )
        const { cookie } = await signIn(start)
        const head = await fetch(start, { method: "HEAD", redirect: "manual", headers: { cookie } })
        assert.strictEqual(head.status, 302)
        assert.notInclude(head.headers.get("location"), "code=")
        const get = await fetch(start, { redirect: "manual", headers: { cookie } })
        assert.include(get.headers.get("location"), `${callback}?code=`)
        const page = await fetch(`${origin}/sentinel/well-known/jwks`, { method: "HEAD" })
        assert.strictEqual(page.status, 200)
      })
    }).pipe(Effect.provide(layer))
  )

  it.live("R49: a body that is too large is refused, whatever its length claims, chunked too", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const path = `/sentinel/api/account/${account}/token?v=1.0`
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`
      const megabyte = "x".repeat(1_048_576)
      const answers = yield* Effect.promise(() =>
        Promise.all([
          raw(origin, `${head}Content-Length: ${megabyte.length}\r\n\r\n${megabyte}`),
          raw(origin, `${head}Transfer-Encoding: chunked\r\n\r\n100000\r\n${megabyte}\r\n0\r\n\r\n`),
          raw(origin, `${head}Content-Length: 5\r\n\r\na=bcd${"&x=y".repeat(10)}`),
          raw(origin, `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
        ])
      )
      assert.match(answers[0]!, /^HTTP\/1.1 413 /)
      assert.match(answers[1]!, /^HTTP\/1.1 413 /)
      assert.match(answers[2]!, /^HTTP\/1.1 400 /)
      assert.match(answers[3]!, /^HTTP\/1.1 400 /)
    }).pipe(Effect.provide(layer))
  )

  it.live("every method gets the answer of RFC 9110: of the path, 405 with Allow, or 501 where no path is", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const known = "/sentinel/well-known/jwks"
      const ask = (method: string, path: string) =>
        Effect.promise(() =>
          raw(origin, `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
        )
      const expected: Readonly<Record<string, readonly [known: number, unknown: number]>> = {
        GET: [200, 404],
        HEAD: [200, 404],
        OPTIONS: [204, 404],
        POST: [405, 404]
      }
      // CONNECT asks for no path; Node closes the connection.
      const methods = Http.METHODS.filter((method) => method !== "CONNECT")
      assert.isAbove(methods.length, 30)
      for (const method of methods) {
        const [there, nowhere] = expected[method] ?? [405, 501]
        const answer = yield* ask(method, known)
        assert.match(answer, new RegExp(`^HTTP/1.1 ${there} `), method)
        if (there === 405) assert.match(answer, /^allow: GET, HEAD\r$/im, method)
        assert.match(yield* ask(method, "/nowhere"), new RegExp(`^HTTP/1.1 ${nowhere} `), method)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("odd request lines get an answer, never a 500, and never a header of their own", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const path = `/sentinel/api/account/${account}/authorize?response_type=code&client_id=${client_id}&redirect_uri=${encodeURIComponent(callback)}`
      const cases = [
        [`TRACE ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 405 /],
        [`GET http://evil.example${path} HTTP/1.1\r\nHost: evil.example\r\n\r\n`, /^HTTP\/1.1 (302|404) /],
        [`OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 404 /],
        [`GET ${path} HTTP/1.0\r\n\r\n`, /^HTTP\/1.1 302 /],
        [`GET ${path} HTTP/1.1\r\n\r\n`, /^HTTP\/1.1 400 /],
        [`GET ${path}&state=%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 302 /],
        [`GET ${path}&state=\xe9 HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 [34]0\d /],
        [`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 431 /],
        [`GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${"a=b; ".repeat(2000)}\r\n\r\n`, /^HTTP\/1.1 302 /],
        [`PROPFIND ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 405 /],
        [`PROPFIND /nowhere HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 501 /],
        [`GET ${path} HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: POST\r\n\r\n`, /^HTTP\/1.1 302 /]
      ] as const
      for (const [text, expected] of cases) {
        const answer = yield* Effect.promise(() => raw(origin, text))
        assert.match(answer, expected, text.slice(0, 60))
        assert.notMatch(answer, /^set-cookie: x=/im)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("layerServer without a public origin takes that of its own socket", () =>
    Effect.gen(function* () {
      const origin = yield* originOf
      const url = `${origin}/api/account/${account}/service/sentinel/baseURI.json?version=1.0`
      const answer = yield* Effect.promise(async () => (await fetch(url)).json())
      const { baseURI } = answer as { readonly baseURI: string }
      assert.strictEqual(`http://${baseURI}`, origin)
    }).pipe(Effect.provide(layer))
  )
})
