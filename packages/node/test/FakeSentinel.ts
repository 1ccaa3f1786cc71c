/** A Sentinel as small as these tests need it: it approves everything, over real HTTP, and signs its id_tokens. */
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync, sign } from "node:crypto"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

export const planted = {
  secret: "planted-client-secret",
  accessToken: "planted-access-token",
  refreshToken: "planted-refresh-token",
  code: "planted-code"
}

export const installation = (redirectUri?: string) =>
  new AppInstallation({
    accountId: AccountId.make("12345678"),
    clientId: ClientId.make("client"),
    clientSecret: Redacted.make(planted.secret, { label: "client_secret" }),
    redirectUris: redirectUri === undefined ? [] : [RedirectUri.make(redirectUri)]
  })

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

const idToken = () => {
  const now = Math.floor((performance.timeOrigin + performance.now()) / 1000)
  const content = `${part({ alg: "RS256", kid: "1" })}.${part({ sub: "agent", aud: "client", iss: "Sentinel", iat: now, exp: now + 600 })}`
  return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`
}

export interface FakeSentinel {
  origin: string
  /** The addresses of all requests that came. */
  readonly urls: Array<string>
  /** Bodies of the token requests that came. */
  readonly tokenRequests: Array<string>
  /** Set to let the token endpoint fail. */
  tokenStatus: number
  /** Set to let the token endpoint wait before it answers. */
  answering: Promise<unknown>
  /** Set to answer token requests by the form that came: a status and a body. */
  tokenAnswer?: (form: URLSearchParams) => Promise<TokenAnswer>
}

export type TokenAnswer = readonly [status: number, body: object]

export const fakeSentinel = Effect.acquireRelease(
  Effect.callback<FakeSentinel & { readonly server: Http.Server }>((resume) => {
    const server = Http.createServer((request, response) => {
      const json = (status: number, body: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
      const url = request.url ?? ""
      sentinel.urls.push(url)
      if (url.includes("/baseURI.json")) {
        return json(200, { service: "sentinel", account: "12345678", baseURI: new URL(sentinel.origin).host })
      }
      if (url.endsWith("/jwks")) {
        return json(200, { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] })
      }
      if (url.startsWith("/redirect")) return response.writeHead(302, { location: "/elsewhere" }).end()
      let body = ""
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk))
      return request.on("end", async () => {
        sentinel.tokenRequests.push(body)
        if (sentinel.tokenAnswer !== undefined) {
          return json(...(await sentinel.tokenAnswer(new URLSearchParams(body))))
        }
        await sentinel.answering
        if (sentinel.tokenStatus !== 200) return json(sentinel.tokenStatus, { error: "invalid_grant" })
        return json(200, {
          access_token: planted.accessToken,
          refresh_token: planted.refreshToken,
          token_type: "Bearer",
          expires_in: 3600,
          id_token: idToken()
        })
      })
    })
    const sentinel: FakeSentinel & { readonly server: Http.Server } = {
      origin: "",
      urls: [],
      tokenRequests: [],
      tokenStatus: 200,
      answering: Promise.resolve(),
      server
    }
    server.listen(0, "127.0.0.1", () => {
      sentinel.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      resume(Effect.succeed(sentinel))
    })
  }),
  ({ server }) => Effect.sync(() => void server.close().closeAllConnections())
)

/** The callback that Sentinel would send the browser to. */
export const callbackOf = (authorizeUrl: string, answer = `code=${planted.code}`) => {
  const { searchParams } = new URL(authorizeUrl)
  return `${searchParams.get("redirect_uri")}?${answer}&state=${searchParams.get("state")}`
}
