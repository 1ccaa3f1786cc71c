import { generateCodeVerifier, OAuth2Client } from "@badgateway/oauth2-client"

import { onClick, show } from "./Page.ts"

const client = new OAuth2Client({
  clientId: "client",
  authorizationEndpoint: "https://id.example/authorize",
  tokenEndpoint: "https://id.example/token"
})
const redirectUri = location.origin + location.pathname

if (new URL(location.href).searchParams.has("code")) {
  const started = JSON.parse(sessionStorage.getItem("sign-in") ?? "{}")
  sessionStorage.removeItem("sign-in")
  const token = await client.authorizationCode.getTokenFromCodeRedirect(location.href, { redirectUri, ...started })
  history.replaceState(null, "", redirectUri)
  show(token)
  onClick("session", async () => show(await client.refreshToken(token)))
}
onClick("sign-in", async () => {
  const codeVerifier = await generateCodeVerifier()
  const state = crypto.randomUUID()
  sessionStorage.setItem("sign-in", JSON.stringify({ state, codeVerifier }))
  location.assign(await client.authorizationCode.getAuthorizeUri({ redirectUri, state, codeVerifier }))
})
