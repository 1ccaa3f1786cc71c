// @node-oauth/oauth2-server behind express, as its documentation has it; its model keeps everything in Maps. It has no
// id_token.
import { fileURLToPath } from "node:url"

import { Browser } from "./Browser.ts"
import { authorizeQuery, clientId, clientSecret, redirectUri, user } from "./Parameters.ts"
import type { Contestant } from "./Running.ts"

export const nodeOauth: Contestant = {
  name: "@node-oauth/oauth2-server",
  command: (port) => [fileURLToPath(import.meta.url), String(port)],
  authorize: (state) => `/authorize?${authorizeQuery(state)}`,
  token: "/token",
  hasIdToken: false,
  signIn: async (origin) => {
    const browser = new Browser(origin)
    await browser.visit("/login")
    return browser.cookie
  }
}

if (import.meta.main) {
  const { randomBytes, timingSafeEqual } = await import("node:crypto")
  const { default: express } = await import("express")
  const { default: OAuth2Server } = await import("@node-oauth/oauth2-server")
  const { Request, Response } = OAuth2Server

  const client = { id: clientId, redirectUris: [redirectUri], grants: ["authorization_code", "refresh_token"] }
  const secret = Buffer.from(clientSecret)
  const isSecret = (given: string) => given.length === secret.length && timingSafeEqual(Buffer.from(given), secret)
  const sessions = new Map()
  const codes = new Map()
  const accesses = new Map()
  const refreshes = new Map()

  const server = new OAuth2Server({
    model: {
      getClient: async (id, given) =>
        id === clientId && (given === null || given === undefined || isSecret(given)) ? client : false,
      saveAuthorizationCode: async (code, { id }, { id: userId }) => {
        const saved: any = { ...code, client: { id }, user: { id: userId } }
        codes.set(code.authorizationCode, saved)
        return saved
      },
      getAuthorizationCode: async (code) => codes.get(code),
      revokeAuthorizationCode: async ({ authorizationCode }) => codes.delete(authorizationCode),
      saveToken: async (token, { id }, { id: userId }) => {
        const saved: any = { ...token, client: { id }, user: { id: userId } }
        accesses.set(token.accessToken, saved)
        refreshes.set(token.refreshToken, saved)
        return saved
      },
      getAccessToken: async (token) => accesses.get(token),
      getRefreshToken: async (token) => refreshes.get(token),
      revokeToken: async ({ refreshToken }) => refreshes.delete(refreshToken)
    },
    accessTokenLifetime: 28_800,
    authorizationCodeLifetime: 60
  })
  const authenticateHandler = {
    handle: (request: any) =>
      sessions.get(/(?:^|; )session=([A-Za-z0-9_-]{43})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1])
  }

  const send = (response: any, answer: any) => response.set(answer.headers).status(answer.status)

  express()
    .disable("x-powered-by")
    .get("/login", (_, response) => {
      const value = randomBytes(32).toString("base64url")
      sessions.set(value, { id: user.id })
      response.cookie("session", value, { httpOnly: true, sameSite: "lax" }).send("signed in")
    })
    .get("/authorize", (request, response) => {
      const answer = new Response(response)
      return server.authorize(new Request(request), answer, { authenticateHandler }).then(
        () => send(response, answer).end(),
        () => response.status(400).end()
      )
    })
    .post("/token", express.urlencoded({ extended: false }), (request, response) => {
      const answer = new Response(response)
      return server.token(new Request(request), answer).then(
        () => send(response, answer).json(answer.body),
        ({ code = 500 }) => response.status(code).json({})
      )
    })
    .listen(Number(process.argv[2]), "127.0.0.1")
}
