import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Configuration from "../src/Configuration.ts"

const inContainers = {
  LE_AUTH_REDIRECT_URI: "http://web:3000/callback",
  LE_AUTH_DOMAIN_API: "http://sentinel:4400",
  LE_AUTH_STORE: "memory:"
}

describe("the configuration of the example", () => {
  it.effect("A7: takes plain http to listed development hosts", () =>
    Effect.gen(function* () {
      const { domainApi, installation } = yield* Configuration.load({
        ...inContainers,
        LE_AUTH_DEVELOPMENT_HOSTS: "sentinel,web"
      })
      assert.strictEqual(domainApi, "http://sentinel:4400")
      assert.deepStrictEqual(installation.redirectUris.map(String), ["http://web:3000/callback"])
    })
  )

  it.effect("A7: lists all hosts that may not be spoken to in plain http", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(Configuration.load(inContainers))
      const problem = "Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list"
      assert.deepStrictEqual(problems, [`LE_AUTH_DOMAIN_API: ${problem}`, `LE_AUTH_REDIRECT_URI: ${problem}`])
      const listed = { ...inContainers, LE_AUTH_DEVELOPMENT_HOSTS: "app.example" }
      assert.include((yield* Effect.flip(Configuration.load(listed))).message, "a name that no public DNS has")
    })
  )

  it.effect("the Sentinel in it needs two ports, of which the application has none", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* Configuration.load({ SENTINEL_PORT: "4500" })
      assert.deepStrictEqual([sentinel?.controlPort, String(sentinel?.control)], [4502, "http://localhost:4502"])
      const { problems } = yield* Effect.flip(Configuration.load({ PORT: "4402" }))
      assert.deepStrictEqual(problems, [
        "PORT: 4402 is the port of the control, which is the second after SENTINEL_PORT"
      ])
      // With an account at LivePerson there is none.
      const elsewhere = yield* Configuration.load({
        PORT: "4402",
        LE_AUTH_ACCOUNT_ID: "12345678",
        LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
        LE_AUTH_CLIENT_SECRET: "a secret",
        LE_AUTH_REDIRECT_URI: "http://localhost:4402/callback"
      })
      assert.isUndefined(elsewhere.sentinel)
    })
  )
})
