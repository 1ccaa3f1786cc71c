import * as oauth from "oauth4webapi"

import { onClick, show } from "./Page.ts"

const server = {
  issuer: "https://id.example",
  authorization_endpoint: "https://id.example/authorize",
  token_endpoint: "https://id.example/token"
}
const client = { client_id: "client" }
const redirectUri = location.origin + location.pathname

if (new URL(location.href).searchParams.has("code")) {
  const { codeVerifier, state } = JSON.parse(sessionStorage.getItem("sign-in") ?? "{}")
  sessionStorage.removeItem("sign-in")
  const parameters = oauth.validateAuthResponse(server, client, new URL(location.href), state)
  const token = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri, codeVerifier)
  )
  history.replaceState(null, "", redirectUri)
  show(token)
  onClick("session", async () =>
    show(
      await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token.refresh_token ?? "")
      )
    )
  )
}
onClick("sign-in", async () => {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.setItem("sign-in", JSON.stringify({ state, codeVerifier }))
  const url = new URL(server.authorization_endpoint)
  url.search = String(
    new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: "code",
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256"
    })
  )
  location.assign(url)
})
