import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Scripted from "./ScriptedSentinel.ts"

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
        from({
          LE_AUTH_ACCOUNT_ID: "not an account",
          LE_AUTH_CLIENT_SECRET: "planted\u0000",
          LE_AUTH_REDIRECT_URI: "ftp://x"
        })
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

  it.effect("a redirect URI may be missing: an application without a browser has none", () =>
    Effect.gen(function* () {
      for (const LE_AUTH_REDIRECT_URI of [undefined, ""]) {
        const { LE_AUTH_REDIRECT_URI: _, ...rest } = good
        const installation = yield* from(LE_AUTH_REDIRECT_URI === undefined ? rest : { ...rest, LE_AUTH_REDIRECT_URI })
        assert.deepStrictEqual([...installation.redirectUris], [])
      }
    })
  )

  it.effect("D6: an app token needs no redirect URI", () =>
    Effect.gen(function* () {
      const { LE_AUTH_REDIRECT_URI: _, ...rest } = good
      const installation = yield* from(rest)
      const wire = yield* Scripted.Wire
      wire.next("/app/token", Scripted.json({ access_token: "planted-app", token_type: "Bearer", expires_in: 60 }))
      const token = yield* SentinelClient.use((client) =>
        client.appToken({ installation, sentinel: Scripted.sentinelOrigin })
      )
      assert.strictEqual(Redacted.value(token.access_token), "planted-app")
    }).pipe(Effect.provide(Scripted.layer))
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
        assert.include(error.message, "an https redirect URI, or http on this computer or a development host")
      }
    })
  )
})
