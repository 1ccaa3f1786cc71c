/**
 * With the dialect `openid` a strict OpenID Connect client works as it comes: it finds everything from the issuer
 * alone.
 */
import { assert, layer } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import * as oauth from "oauth4webapi"
import * as openid from "openid-client"
import { callback, clientId, secret } from "../Harness.ts"
import { Loopback, layerWith, UserAgent } from "./Loopback.ts"

layer(layerWith({ settings: SentinelDialect.layer(SentinelDialect.openid) }), { excludeTestServices: true })(
  "openid",
  (it) => {
    it.effect.each(["oidc", "oauth2"] as const)(
      "R22, R45, R61: openid-client discovers (%s), signs in with PKCE and a nonce, refreshes and revokes",
      (algorithm) =>
        Effect.gen(function* () {
          const { base } = yield* Loopback
          yield* Effect.promise(async () => {
            const configuration = await openid.discovery(new URL(base), clientId, secret, undefined, {
              algorithm,
              execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks]
            })
            assert.strictEqual(configuration.serverMetadata().issuer, base)
            assert.isTrue(configuration.serverMetadata().supportsPKCE())
            const verifier = openid.randomPKCECodeVerifier()
            const nonce = openid.randomNonce()
            const state = openid.randomState()
            const start = openid.buildAuthorizationUrl(configuration, {
              redirect_uri: callback,
              scope: "openid",
              state,
              nonce,
              code_challenge: await openid.calculatePKCECodeChallenge(verifier),
              code_challenge_method: "S256"
            })
            const browser = new UserAgent()
            const tokens = await openid.authorizationCodeGrant(configuration, await browser.signIn(start), {
              expectedState: state,
              expectedNonce: nonce,
              pkceCodeVerifier: verifier,
              idTokenExpected: true
            })
            assert.strictEqual(tokens.claims()?.iss, base)
            assert.strictEqual(tokens.claims()?.sub, "3552833710")
            const refreshed = await openid.refreshTokenGrant(configuration, tokens.refresh_token!)
            await openid.tokenRevocation(configuration, refreshed.refresh_token!)

            // An answer that another issuer could have sent is refused by the client (RFC 9207 section 2.4).
            const answer = await browser.signIn(start)
            answer.searchParams.set("iss", "https://attacker.example")
            const refused = await openid
              .authorizationCodeGrant(configuration, answer, {
                expectedState: state,
                expectedNonce: nonce,
                pkceCodeVerifier: verifier
              })
              .then(
                () => undefined,
                (error: unknown) => error as { readonly code: string }
              )
            assert.strictEqual(refused?.code, "OAUTH_INVALID_RESPONSE")
          })
        })
    )

    it.effect("R41: a thief with the code, and without the verifier, gets nothing", () =>
      Effect.gen(function* () {
        const { base } = yield* Loopback
        yield* Effect.promise(async () => {
          const issuer = new URL(base)
          const insecure = { [oauth.allowInsecureRequests]: true }
          const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
          const client = { client_id: clientId }
          const challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier())
          const start = new URL(as.authorization_endpoint!)
          start.search = new URLSearchParams({
            response_type: "code",
            client_id: clientId,
            redirect_uri: callback,
            code_challenge: challenge,
            code_challenge_method: "S256"
          }).toString()
          const parameters = oauth.validateAuthResponse(as, client, await new UserAgent().signIn(start))
          const answer = await oauth.authorizationCodeGrantRequest(
            as,
            client,
            oauth.ClientSecretPost(secret),
            parameters,
            callback,
            oauth.generateRandomCodeVerifier(),
            insecure
          )
          const refused = await oauth
            .processAuthorizationCodeResponse(as, client, answer)
            .catch((error: unknown) => error)
          assert.strictEqual((refused as oauth.ResponseBodyError).error, "invalid_grant")
        })
      })
    )
  }
)
