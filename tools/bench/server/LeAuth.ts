// Ours, as it is published: `le-auth sentinel start`.
import { cpSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { Browser } from "./Browser.ts"
import { accountId, authorizeQuery, user } from "./Parameters.ts"
import type { Contestant } from "./Running.ts"

const base = `/sentinel/api/account/${accountId}`
const cli = fileURLToPath(new URL("../../../apps/cli/", import.meta.url))
const installed = fileURLToPath(new URL("../../build/le-auth/", import.meta.url))

/** No other contestant writes a line for each request. */
const command = (port: number) => ["sentinel", "start", "--no-access-log", "--no-control", "--port", String(port)]

/** What is in the published package: beside its sources, the command would run those. */
let bin: string | undefined
const install = () => {
  rmSync(installed, { recursive: true, force: true })
  for (const part of ["package.json", "bin", "dist"]) cpSync(cli + part, installed + part, { recursive: true })
  return `${installed}bin/le-auth.mjs`
}

export const leAuth: Contestant = {
  name: "le-auth",
  command: (port) => [(bin ??= install()), ...command(port)],
  authorize: (state) => `${base}/authorize?v=1.0&${authorizeQuery(state)}`,
  token: `${base}/token?v=1.0`,
  keys: "/sentinel/well-known/jwks",
  signIn: async (origin) => {
    const browser = new Browser(origin)
    const page = await (await browser.visit(leAuth.authorize("sign-in"))).text()
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)]
    const form = new URLSearchParams(hidden.map(([, name = "", value = ""]): [string, string] => [name, value]))
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
  command: (port: number) => ["--conditions=@le-auth/source", `${cli}src/main.ts`, ...command(port)]
}
