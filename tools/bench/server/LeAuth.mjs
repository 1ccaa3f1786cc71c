// Ours, as it is published: the bundle of `le-auth sentinel start`.
import { fileURLToPath } from "node:url"

import { Browser } from "./Browser.mjs"
import { accountId, authorizeQuery, user } from "./Parameters.mjs"

const base = `/sentinel/api/account/${accountId}`
const main = (/** @type {string} */ file) => fileURLToPath(new URL(`../../../apps/cli/${file}`, import.meta.url))
const command = (/** @type {number} */ port) => ["sentinel", "start", "--port", String(port)]

/** @type {import("./Running.mjs").Contestant} */
export const leAuth = {
  name: "le-auth",
  command: (port) => [main("dist/main.js"), ...command(port)],
  authorize: (state) => `${base}/authorize?v=1.0&${authorizeQuery(state)}`,
  token: `${base}/token?v=1.0`,
  keys: "/sentinel/well-known/jwks",
  signIn: async (origin) => {
    const browser = new Browser(origin)
    const page = await (await browser.visit(leAuth.authorize("sign-in"))).text()
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)]
    const form = new URLSearchParams(hidden.map(([, name = "", value = ""]) => [name, value]))
    form.set("username", user.email)
    form.set("password", user.password)
    await browser.visit(/<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? "", {
      method: "POST",
      headers: { origin },
      body: form
    })
    return browser.cookie
  }
}

/** The same from its sources, for a profile that names our functions. */
export const leAuthSources = {
  ...leAuth,
  command: (/** @type {number} */ port) => ["--conditions=@le-auth/source", main("src/main.ts"), ...command(port)]
}
