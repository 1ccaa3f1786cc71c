import { UserManager } from "oidc-client-ts"

import { onClick, show } from "./Page.ts"

const manager = new UserManager({
  authority: "https://id.example",
  client_id: "client",
  redirect_uri: location.origin + location.pathname
})

if (new URL(location.href).searchParams.has("code")) {
  show(await manager.signinRedirectCallback())
  history.replaceState(null, "", location.pathname)
} else show(await manager.getUser())
onClick("sign-in", () => manager.signinRedirect())
onClick("session", async () => show(await manager.signinSilent()))
