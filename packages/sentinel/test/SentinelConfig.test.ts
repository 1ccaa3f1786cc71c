import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelProfile from "@le-auth/sentinel/SentinelProfile"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const user = { id: "1234567890", email: "a@example.com", password: "planted-password" }
const installation = {
  client_id: "c",
  client_secret: "planted-secret",
  client_name: "com.example.app",
  grant_types: ["authorization_code"],
  redirect_uris: ["https://app.example/cb"]
}

const problemsOf = (value: unknown) =>
  Effect.map(Effect.flip(SentinelConfig.fromUnknown(value)), (error) => error.problems)

describe("SentinelConfig", () => {
  it.effect("reads an installation in LivePerson's own form, and fills in what may be left out", () =>
    Effect.gen(function* () {
      const config = yield* SentinelConfig.fromJson(
        JSON.stringify({
          accounts: [{ id: "12345678", users: [user], installations: [{ ...installation, response_types: ["code"] }] }]
        })
      )
      const [account] = config.accounts
      assert.strictEqual(account.users[0]!.enabled, true)
      assert.strictEqual(account.users[0]!.is_admin, false)
      assert.strictEqual(Redacted.value(account.installations[0]!.client_secret!), "planted-secret")
    })
  )

  it.effect("R95: lists all problems at once, each with its path, and repeats no value", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        accounts: [
          { id: "no good", users: [{ ...user, email: "planted", is_admin: "yes" }, user], installations: [] },
          { id: "1", users: [user, { ...user, email: "A@EXAMPLE.COM" }], installations: [installation, installation] },
          {
            id: "1",
            users: [{ ...user, pasword: "planted" }],
            installations: [{ ...installation, client_secret: "" }]
          },
          { id: "2", users: [], installations: [{ ...installation, grant_types: ["planted"], redirect_uris: [] }] }
        ]
      })
      const text = problems.join("\n")
      for (const path of [
        "accounts[0].id:",
        "accounts[0].users[0].email:",
        "accounts[0].users[0].is_admin:",
        "accounts[2].id: is the same as that of accounts[1]",
        "accounts[1].users[1].id: is the same",
        "accounts[1].users[1].email: is the same",
        "accounts[1].installations[1].client_id: is the same",
        "accounts[2].users[0].pasword:",
        "accounts[2].installations[0].client_secret:",
        "accounts[3].installations[0].grant_types[0]:"
      ]) {
        assert.include(text, path)
      }
      assert.notInclude(text, "planted")
    })
  )

  it.effect("R95: an installation that uses codes needs a redirect URI", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        accounts: [{ id: "1", users: [], installations: [{ ...installation, redirect_uris: [] }] }]
      })
      assert.lengthOf(problems, 1)
      assert.include(problems[0]!, "accounts[0].installations[0].redirect_uris: needs a redirect URI")
    })
  )

  it.effect("says where JSON breaks, without repeating the text around it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(SentinelConfig.fromJson('{\n  "password": "planted" oops }'))
      assert.deepStrictEqual(error.problems, ["the text is not JSON: see line 2, column 25"])
      assert.include((yield* Effect.flip(SentinelConfig.fromJson(""))).message, "is not JSON")
    })
  )

  it.effect("the built-in configuration is valid, and its redirect URI follows the port", () =>
    Effect.gen(function* () {
      const config = SentinelConfig.development({ redirectUri: "http://localhost:3100/callback" })
      const [account] = config.accounts
      assert.deepStrictEqual(account.installations[0]!.redirect_uris, ["http://localhost:3100/callback"])
      assert.deepStrictEqual(account.installations[1]!.redirect_uris, ["http://127.0.0.1:4401/callback"])
      assert.deepStrictEqual(
        account.users.map(({ email, id, is_admin }) => [id.length, email, is_admin]),
        [
          [10, "agent@example.com", false],
          [10, "admin@example.com", true]
        ]
      )
      assert.notInclude(JSON.stringify(config), "development-only-secret")
      const text = JSON.stringify(config, (key, value) =>
        key === "password" || key === "client_secret" ? "given" : value
      )
      yield* SentinelConfig.fromJson(text)
    })
  )
})

describe("SentinelConfig: profile", () => {
  const { client_secret: _, ...withoutSecret } = installation
  const account = (installations: ReadonlyArray<object>) => [{ id: "1", users: [], installations }]

  it.effect("R46, R95: an installation without a secret needs a profile with pkce", () =>
    Effect.gen(function* () {
      const expected = [
        "accounts[0].installations[1].client_secret: is missing. Only a profile with pkce has installations without a secret"
      ]
      const second = { ...withoutSecret, client_id: "2" }
      for (const profile of [{}, { profile: {} }, { profile: { pkce: "ignored" } }]) {
        assert.deepStrictEqual(yield* problemsOf({ ...profile, accounts: account([installation, second]) }), expected)
      }
      for (const pkce of ["supported", "required"]) {
        yield* SentinelConfig.fromUnknown({ profile: { pkce }, accounts: account([installation, second]) })
      }
      const service = { ...second, grant_types: ["client_credentials"] }
      assert.include(
        (yield* problemsOf({ profile: { pkce: "supported" }, accounts: account([service]) })).join(),
        "client_secret: is missing, and grant_types has client_credentials"
      )
    })
  )

  it.effect("reads the points of the profile, and R95: lists the wrong ones", () =>
    Effect.gen(function* () {
      const { profile } = yield* SentinelConfig.fromUnknown({
        profile: { issuer: "Sentinel", codeLifetime: "10 minutes", tokenVersions: ["1.0"] },
        accounts: account([])
      })
      assert.strictEqual(profile?.issuer, "Sentinel")
      assert.deepStrictEqual(profile?.codeLifetime, Duration.minutes(10))
      const problems = (yield* problemsOf({
        profile: { isuer: "x", expiresIn: "planted", codeLifetime: "0 seconds", sessionLifetime: "planted" },
        accounts: account([])
      })).join("\n")
      for (const name of ["isuer", "expiresIn", "codeLifetime", "sessionLifetime"]) {
        assert.include(problems, `profile.${name}:`)
      }
      assert.notInclude(problems, "planted")
    })
  )

  it.effect("the file's profile is that of the Sentinel that is made from it, over the one that it is built with", () =>
    Effect.gen(function* () {
      const config = yield* SentinelConfig.fromUnknown({ profile: { issuer: "Sentinel" }, accounts: account([]) })
      const profile = yield* Effect.provide(
        SentinelProfile.SentinelProfile,
        Sentinel.layerMemory(config).pipe(
          Layer.provide(SentinelProfile.layer({ issuer: "other", expiresIn: "string" })),
          Layer.provide(NodeCrypto.layer)
        )
      )
      assert.strictEqual(profile.issuer, "Sentinel")
      assert.strictEqual(profile.expiresIn, "string")
    })
  )
})
