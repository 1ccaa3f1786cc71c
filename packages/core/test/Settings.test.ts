import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const from = (environment: Record<string, string>) =>
  AppInstallations.fromConfig.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment))))

const good = {
  LE_AUTH_ACCOUNT_ID: "12345678",
  LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
  LE_AUTH_CLIENT_SECRET: "planted",
  LE_AUTH_REDIRECT_URI: "https://app.example/callback"
}

describe("settings", () => {
  it.effect("describe the one installation", () =>
    Effect.gen(function* () {
      const installation = yield* from(good)
      assert.strictEqual(installation.accountId, "12345678")
      assert.strictEqual(Redacted.value(installation.clientSecret), "planted")
      assert.deepStrictEqual([...installation.redirectUris], ["https://app.example/callback"])
    })
  )

  it.effect("all problems are listed at once, and no value is repeated", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        from({ LE_AUTH_ACCOUNT_ID: "not an account", LE_AUTH_CLIENT_SECRET: "planted\u0000", LE_AUTH_REDIRECT_URI: "" })
      )
      assert.deepStrictEqual(
        error.problems.map((problem) => problem.split(/[: ]/)[0]),
        ["LE_AUTH_ACCOUNT_ID", "LE_AUTH_CLIENT_ID", "LE_AUTH_CLIENT_SECRET", "LE_AUTH_REDIRECT_URI"]
      )
      assert.notInclude(error.message, "planted")
      assert.notInclude(error.message, "not an account")
      assert.include(error.message, "LE_AUTH_CLIENT_ID is missing")
      assert.include(error.message, "1 to 32 letters and digits")
    })
  )

  it.effect("B9, A7: a redirect URI over plain http is accepted on this computer only", () =>
    Effect.gen(function* () {
      for (const uri of [
        "http://localhost:3000/callback",
        "http://127.0.0.1/cb",
        "http://[::1]:80/cb",
        "HTTPS://a.example"
      ]) {
        assert.deepStrictEqual([...(yield* from({ ...good, LE_AUTH_REDIRECT_URI: uri })).redirectUris], [uri])
      }
      for (const uri of [
        "http://app.example/cb",
        "http://localhost.app.example/cb",
        "http://localhost@app.example/cb"
      ]) {
        const error = yield* Effect.flip(from({ ...good, LE_AUTH_REDIRECT_URI: uri }))
        assert.include(error.message, "an https redirect URI, or http on this computer")
      }
    })
  )
})
