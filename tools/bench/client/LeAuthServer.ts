// The app token of `@le-auth/server`: one promise for each.
import { createLeAuth } from "@le-auth/server"

import * as p from "./Parameters.ts"

/** Over the answers of a function; what is timed is the memory. */
export const appToken = () => {
  const auth = createLeAuth({
    accountId: p.account,
    clientId: p.clientId,
    clientSecret: p.clientSecret,
    env: {},
    fetch: async (request) =>
      String(request).includes("/baseURI.json")
        ? Response.json({ service: "sentinel", account: p.account, baseURI: "sentinel.liveperson.net" })
        : Response.json({ access_token: p.code, token_type: "Bearer", expires_in: "28800" })
  })
  return () => auth.appToken()
}
