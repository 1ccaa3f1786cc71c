/** Clients that others wrote sign in, refresh and revoke, used as their documentation says. */
import { OAuth2Client } from "@badgateway/oauth2-client"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as oauth from "oauth4webapi"
import * as openid from "openid-client"
import { AuthorizationCode } from "simple-oauth2"
import { callback, clientId, plainClientId, plainSecret, secret } from "../Harness.ts"
import { authorizeUrl, Loopback, layer as layerLoopback, UserAgent } from "./Loopback.ts"

const agentId = "3552833710"

/** LivePerson's identity service has no discovery document, and its issuer is a word. */
const metadata = ({ base, origin }: Loopback["Service"]) => ({
  issuer: "sentinel",
  authorization_endpoint: `${base}/authorize?v=1.0`,
  token_endpoint: `${base}/token?v=1.0`,
  revocation_endpoint: `${base}/token/revoke?v=1.0`,
  jwks_uri: `${origin}/sentinel/well-known/jwks`,
  id_token_signing_alg_values_supported: ["RS256"]
})

/** What a promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it was not refused"),
    (error: unknown) => error
  )

layer(layerLoopback, { excludeTestServices: true })("clients of others", (it) => {
  describe("openid-client", () => {
    const configure = (loopback: Loopback["Service"], id: string, authentication: openid.ClientAuth) => {
      const configuration = new openid.Configuration(metadata(loopback), id, {}, authentication)
      openid.allowInsecureRequests(configuration)
      openid.enableNonRepudiationChecks(configuration)
      return configuration
    }

    it.effect.each([
      ["the secret in the body", openid.ClientSecretPost(secret)],
      ["HTTP Basic", openid.ClientSecretBasic(secret)]
    ] as const)(
      "R53, R61, R73: signs in with %s, checks the id_token with its key, refreshes and revokes",
      ([, authentication]) =>
        Effect.gen(function* () {
          const loopback = yield* Loopback
          yield* Effect.promise(async () => {
            const configuration = configure(loopback, clientId, authentication)
            const state = openid.randomState()
            const verifier = openid.randomPKCECodeVerifier()
            const start = openid.buildAuthorizationUrl(configuration, {
              redirect_uri: callback,
              state,
              code_challenge: await openid.calculatePKCECodeChallenge(verifier),
              code_challenge_method: "S256"
            })
            assert.strictEqual(start.searchParams.get("v"), "1.0")
            const answer = await new UserAgent().signIn(start)
            const tokens = await openid.authorizationCodeGrant(configuration, answer, {
              expectedState: state,
              pkceCodeVerifier: verifier,
              idTokenExpected: true
            })
            assert.strictEqual(tokens.claims()?.sub, agentId)
            assert.strictEqual(tokens.expires_in, 28_800)
            const refreshed = await openid.refreshTokenGrant(configuration, tokens.refresh_token!)
            assert.notStrictEqual(refreshed.refresh_token, tokens.refresh_token)
            await openid.tokenRevocation(configuration, refreshed.refresh_token!)
            const refused = await rejection(openid.refreshTokenGrant(configuration, refreshed.refresh_token!))
            assert.strictEqual((refused as openid.ResponseBodyError).error, "invalid_grant")
          })
        })
    )

    it.effect("R54: an id and a secret with every character that HTTP Basic has to encode", () =>
      Effect.gen(function* () {
        const loopback = yield* Loopback
        yield* Effect.promise(async () => {
          const configuration = configure(loopback, plainClientId, openid.ClientSecretBasic(plainSecret))
          const start = openid.buildAuthorizationUrl(configuration, { redirect_uri: callback })
          const tokens = await openid.authorizationCodeGrant(configuration, await new UserAgent().signIn(start))
          assert.match(tokens.access_token, /^[0-9a-f]{64}$/)
        })
      })
    )
  })

  describe("oauth4webapi", () => {
    it.effect("R13: sees the error that is sent back, with its state, and R32: a code works once", () =>
      Effect.gen(function* () {
        const loopback = yield* Loopback
        yield* Effect.promise(async () => {
          const as = metadata(loopback)
          const client = { client_id: clientId }
          const browser = new UserAgent()
          const refusedAt = await browser.signIn(
            authorizeUrl(loopback.base, { client_id: clientId, state: "s", response_type: "token" })
          )
          assert.throws(
            () => oauth.validateAuthResponse(as, client, refusedAt, "s"),
            oauth.AuthorizationResponseError,
            /error/
          )
          const start = authorizeUrl(loopback.base, { client_id: clientId, redirect_uri: callback, state: "t" })
          const parameters = oauth.validateAuthResponse(as, client, await browser.signIn(start), "t")
          const redeem = async () =>
            oauth.processAuthorizationCodeResponse(
              as,
              client,
              await oauth.authorizationCodeGrantRequest(
                as,
                client,
                oauth.ClientSecretPost(secret),
                parameters,
                callback,
                oauth.nopkce,
                { [oauth.allowInsecureRequests]: true }
              )
            )
          assert.strictEqual(oauth.getValidatedIdTokenClaims(await redeem())?.sub, agentId)
          assert.strictEqual(((await rejection(redeem())) as oauth.ResponseBodyError).error, "invalid_grant")
        })
      })
    )
  })

  describe("simple-oauth2", () => {
    it.effect.each(["body", "header"] as const)(
      "R59, R75: signs in with its credentials in the %s, refreshes, and revokes both tokens",
      (authorizationMethod) =>
        Effect.gen(function* () {
          const { base, origin } = yield* Loopback
          yield* Effect.promise(async () => {
            const path = new URL(base).pathname
            const client = new AuthorizationCode({
              client: { id: clientId, secret },
              auth: {
                tokenHost: origin,
                authorizePath: `${path}/authorize?v=1.0`,
                tokenPath: `${path}/token?v=1.0`,
                revokePath: `${path}/token/revoke?v=1.0`
              },
              options: { authorizationMethod }
            })
            const start = client.authorizeURL({ redirect_uri: callback, state: "a b&c" })
            const answer = await new UserAgent().signIn(start)
            assert.strictEqual(answer.searchParams.get("state"), "a b&c")
            const code = answer.searchParams.get("code")!
            const accessToken = await client.getToken({ code, redirect_uri: callback })
            assert.isFalse(accessToken.expired())
            const refreshed = await accessToken.refresh()
            assert.notStrictEqual(refreshed.token["access_token"], accessToken.token["access_token"])
            await refreshed.revokeAll()
            const refused = (await rejection(refreshed.refresh())) as { output: { statusCode: number } }
            assert.strictEqual(refused.output.statusCode, 400)
          })
        })
    )
  })

  describe("@badgateway/oauth2-client", () => {
    it.effect.each(["client_secret_post", "client_secret_basic"] as const)(
      "R53: signs in with %s, refreshes and revokes; v is left out where it would add a second question mark",
      (authenticationMethod) =>
        Effect.gen(function* () {
          const { base } = yield* Loopback
          yield* Effect.promise(async () => {
            const client = new OAuth2Client({
              clientId,
              clientSecret: secret,
              // It writes "?" and its query behind this address, whether it has a query or not.
              authorizationEndpoint: `${base}/authorize`,
              tokenEndpoint: `${base}/token?v=1.0`,
              revocationEndpoint: `${base}/token/revoke?v=1.0`,
              authenticationMethod
            })
            const start = await client.authorizationCode.getAuthorizeUri({ redirectUri: callback, state: "s" })
            const answer = await new UserAgent().signIn(start)
            const tokens = await client.authorizationCode.getTokenFromCodeRedirect(answer, {
              redirectUri: callback,
              state: "s"
            })
            const refreshed = await client.refreshToken(tokens)
            assert.notStrictEqual(refreshed.refreshToken, tokens.refreshToken)
            await client.revoke(refreshed, "refresh_token")
            const refused = (await rejection(client.refreshToken(refreshed))) as { readonly oauth2Code: string }
            assert.strictEqual(refused.oauth2Code, "invalid_grant")
          })
        })
    )

    it.effect("R4: with v in the endpoint it sends a second question mark, and the error says so", () =>
      Effect.gen(function* () {
        const { base } = yield* Loopback
        yield* Effect.promise(async () => {
          const client = new OAuth2Client({ clientId, authorizationEndpoint: `${base}/authorize?v=1.0` })
          const start = await client.authorizationCode.getAuthorizeUri({ redirectUri: callback })
          const page = await new UserAgent().visit(new URL(start))
          assert.strictEqual(page.status, 400)
          assert.include(page.text, "second question mark")
        })
      })
    )
  })
})
