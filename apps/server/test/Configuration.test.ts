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
})
