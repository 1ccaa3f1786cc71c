// oidc-provider with its own adapter in memory. The sign-in page and the consent are answered at once.
import { fileURLToPath } from "node:url"

import { Browser } from "./Browser.ts"
import { authorizeQuery, clientId, clientSecret, redirectUri, sessions } from "./Parameters.ts"
import type { Contestant } from "./Running.ts"

let users = 0

export const oidcProvider: Contestant = {
  name: "oidc-provider",
  command: (port) => [fileURLToPath(import.meta.url), String(port)],
  authorize: (state) => `/auth?${authorizeQuery(state, "&scope=openid%20offline_access")}`,
  token: "/token",
  keys: "/jwks",
  // Its adapter forgets all but the newest 1,000 of what it has given out.
  remembers: 200,
  signIn: async (origin) => {
    const browser = new Browser(origin)
    // Each session is another user's: its adapter slows down with the tokens of one grant.
    await browser.visit(`${oidcProvider.authorize("sign-in")}&login_hint=user-${users++ % sessions}`)
    return browser.cookie
  }
}

if (import.meta.main) {
  const { generateKeyPairSync } = await import("node:crypto")
  const { Provider } = await import("oidc-provider")
  const { createServer } = await import("node:http")

  const port = Number(process.argv[2])
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })
  const provider = new Provider(`http://localhost:${port}`, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_post"
      }
    ],
    jwks: { keys: [{ ...jwk, kid: "1", alg: "RS256", use: "sig" }] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    pkce: { required: () => false },
    cookies: { keys: ["of the benchmark"] },
    ttl: { AccessToken: 28_800, IdToken: 600, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 600 },
    findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    loadExistingGrant: async (context) => {
      const { client, provider, session } = context.oidc
      const known = session?.grantIdFor((client as any).clientId)
      if (known !== undefined) return provider.Grant.find(known)
      const grant = new provider.Grant({ clientId, accountId: session?.accountId })
      grant.addOIDCScope("openid offline_access")
      await grant.save()
      return grant
    }
  })
  const callback = provider.callback()
  createServer(async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return callback(request, response)
    const { params } = await provider.interactionDetails(request, response)
    await provider.interactionFinished(request, response, { login: { accountId: String(params.login_hint) } })
  }).listen(port, "127.0.0.1")
}
