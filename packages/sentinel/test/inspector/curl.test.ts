/** A request as a command: a shell reads it as it is meant, and it has no secret. */
import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@le-auth/sentinel/JournalEntry"
import * as FastCheck from "fast-check"
import { spawnSync } from "node:child_process"
import { curlOf } from "../../src/internal/inspector/curl.ts"

const entry = (members: Partial<Entry>): Entry => ({
  sequence: 1,
  time: 0,
  kind: "request",
  outcome: "ok",
  warnings: [],
  steps: [],
  ...members
})

/** The arguments that a shell would give to curl. */
const argumentsOf = (command: string): ReadonlyArray<string> => {
  const variables = { SENTINEL: "http://s", CODE: "c 1", CLIENT_SECRET: "$secret`", REDIRECT_URI: "r", STATE: "x" }
  const shell = `curl() { printf '%s\\0' "$@"; }; ${command}`
  const { status, stdout } = spawnSync("sh", ["-c", shell], { encoding: "utf8", env: { ...process.env, ...variables } })
  assert.strictEqual(status, 0)
  return stdout.split("\0").slice(0, -1)
}

describe("the command of a request", () => {
  it("asks what the route needs, with variables in the place of secrets", () => {
    const command = curlOf(entry({ method: "POST", path: "/account/1/token", route: "token", client: "app" }))
    assert.deepStrictEqual(argumentsOf(command), [
      "-i",
      "-X",
      "POST",
      "http://s/account/1/token?v=1.0",
      "--data-urlencode",
      "grant_type=authorization_code",
      "--data-urlencode",
      "code=c 1",
      "--data-urlencode",
      "redirect_uri=r",
      "--data-urlencode",
      "client_id=app",
      "--data-urlencode",
      "client_secret=$secret`"
    ])
    const steps = [{ what: "refreshed", refreshToken: "3fa9c1d2" }]
    const refresh = curlOf(entry({ method: "POST", path: "/t", route: "token", client: "app", steps }))
    assert.include(refresh, 'refresh_token=$REFRESH_TOKEN"')
    assert.notInclude(refresh, "3fa9c1d2")
    assert.deepStrictEqual(argumentsOf(curlOf(entry({ method: "GET", path: "/jwks", route: "keys" }))), [
      "-i",
      "http://s/jwks"
    ])
  })

  it("is read by a shell as one request, whatever the path and the application are called", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: FastCheck.constantFrom(..."'\"`$\\!;&|<>(){}*? \n~#AZ_az09=/-") }),
        FastCheck.constantFrom("GET", "POST", "DELETE"),
        FastCheck.constantFrom("authorize", "token", "app-token", "revoke", "users", "stub", "other"),
        (text, method, route) => {
          const command = curlOf(entry({ method, path: `/${text}`, route, client: text }))
          const given = argumentsOf(command)
          assert.strictEqual(given.filter((part) => part.startsWith("http://s")).length, 1)
          assert.isTrue(given.some((part) => part.startsWith(`http://s/${text}`)))
          const named = given.filter((part) => part.startsWith("client_id="))
          assert.isTrue(named.every((part) => part === `client_id=${text}`))
        }
      ),
      { numRuns: 60 }
    )
  })
})
