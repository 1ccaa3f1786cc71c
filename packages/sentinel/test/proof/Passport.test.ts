/** An Express application with passport-oauth2, as its documentation has it, and a user with a browser. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import express from "express"
import session from "express-session"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Passport } from "passport"
import OAuth2Strategy from "passport-oauth2"
import { fetch } from "@effect/platform-node/Undici"
import { loopbackCallback, manyClientId, secret } from "../Harness.ts"
import { Loopback, layer as layerLoopback, UserAgent } from "./Loopback.ts"

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** The application. Its user is the pair of tokens, so that the test can see it. */
const application = (base: string, callbackURL: string) => {
  const passport = new Passport()
  const strategy = new OAuth2Strategy(
    {
      authorizationURL: `${base}/authorize?v=1.0`,
      tokenURL: `${base}/token?v=1.0`,
      clientID: manyClientId,
      clientSecret: secret,
      callbackURL,
      state: true
    },
    (accessToken: string, refreshToken: string, _profile: unknown, done: (error: null, user: Tokens) => void) =>
      done(null, { accessToken, refreshToken })
  )
  passport.use(strategy)
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user: Tokens, done) => done(null, user))
  const app = express()
  app.use(session({ secret: "keyboard cat", resave: false, saveUninitialized: false }))
  app.use(passport.initialize())
  app.use(passport.session())
  app.get("/login", passport.authenticate("oauth2"))
  app.get("/cb", passport.authenticate("oauth2", { failureRedirect: "/failed" }), (_request, response) => {
    response.redirect("/")
  })
  app.get("/failed", (_request, response) => void response.status(403).send("not signed in"))
  app.get("/", (request, response) => void response.json(request.user ?? null))
  return { app, strategy }
}

/** How passport-oauth2-refresh and the documentation of many strategies refresh: with the strategy's own client. */
const refresh = (strategy: OAuth2Strategy, refreshToken: string) =>
  new Promise<Tokens>((resolve, reject) =>
    // oxlint-disable-next-line typescript/dot-notation -- `_oauth2` is protected in the types only
    strategy["_oauth2"].getOAuthAccessToken(
      refreshToken,
      { grant_type: "refresh_token" },
      (error, accessToken, refreshToken) =>
        error === null ? resolve({ accessToken: accessToken!, refreshToken: refreshToken! }) : reject(error)
    )
  )

layer(layerLoopback, { excludeTestServices: true })("passport-oauth2", (it) => {
  it.effect(
    "R24, R27, R29: signs in on its own port with a query in its callback, refreshes; R73: and is revoked",
    () =>
      Effect.gen(function* () {
        const { base } = yield* Loopback
        yield* Effect.promise(async () => {
          const server = createServer().listen(0, "127.0.0.1")
          await once(server, "listening")
          try {
            const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
            const { app, strategy } = application(base, loopbackCallback.replace("127.0.0.1", host))
            server.on("request", app)
            const browser = new UserAgent()
            const login = await browser.visit(new URL(`http://${host}/login`))
            assert.strictEqual(login.url.pathname, "/sentinel/login")
            const home = await browser.fillIn(login)
            assert.strictEqual(home.url.href, `http://${host}/`)
            const tokens = JSON.parse(home.text) as Tokens
            assert.match(tokens.accessToken, /^[0-9a-f]{64}$/)

            // R20: the session at Sentinel is alive, so the second time no page is shown.
            const again = await browser.visit(new URL(`http://${host}/login`))
            assert.strictEqual(again.url.href, `http://${host}/`)

            const refreshed = await refresh(strategy, tokens.refreshToken)
            assert.notStrictEqual(refreshed.refreshToken, tokens.refreshToken)
            // passport-oauth2 has no revocation: an application sends the form itself.
            const revoked = await fetch(`${base}/token/revoke?v=1.0`, {
              method: "POST",
              body: new URLSearchParams({
                client_id: manyClientId,
                client_secret: secret,
                token: refreshed.refreshToken
              })
            })
            assert.strictEqual(revoked.status, 200)
            const refused = await refresh(strategy, refreshed.refreshToken).catch((error: unknown) => error)
            assert.strictEqual((refused as { readonly statusCode: number }).statusCode, 400)

            // A callback with a state that is not that of this browser is refused by passport itself.
            const forged = await browser.visit(new URL(`http://${host}/cb?keep=%7e+1&code=x&state=forged`))
            assert.strictEqual(forged.status, 403)
          } finally {
            server.closeAllConnections()
            server.close()
          }
        })
      })
  )
})
