import { createStandardPublicClientApplication } from "@azure/msal-browser"

import { onClick, show } from "./Page.ts"

const application = await createStandardPublicClientApplication({
  auth: { clientId: "client", authority: "https://id.example", redirectUri: location.origin + location.pathname }
})

show((await application.handleRedirectPromise()) ?? application.getAllAccounts()[0])
onClick("sign-in", () => application.loginRedirect({ scopes: ["openid"] }))
onClick("session", async () =>
  show(await application.acquireTokenSilent({ scopes: ["openid"], account: application.getAllAccounts()[0]! }))
)
