import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { read, refused } from "../../core/test/shared/durations.ts"
import { wholeInstallation } from "./Harness.ts"

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

  it.effect("K1: keeps the whole of an installation document, and needs no redirect URI for an application", () =>
    Effect.gen(function* () {
      const { client_secret, ...document } = wholeInstallation
      const read = (one: object) =>
        Effect.map(
          SentinelConfig.fromUnknown({ accounts: [{ id: "1", users: [], installations: [one] }] }),
          ({ accounts }) => accounts[0].installations[0]!
        )
      const { client_secret: secret, ...kept } = yield* read(wholeInstallation)
      assert.strictEqual(Redacted.value(secret!), client_secret)
      assert.deepStrictEqual(kept as object, document)
      const { redirect_uris: _, ...without } = installation
      const application = yield* read({ ...without, grant_types: ["client_credentials"], scope: "msg.consumer" })
      assert.deepStrictEqual(application.redirect_uris, [])
    })
  )

  it.effect("names what an installation document does not have, and limits what is in its capabilities", () =>
    Effect.gen(function* () {
      const linesOf = (more: object) =>
        Effect.map(
          problemsOf({ accounts: [{ id: "1", users: [], installations: [{ ...installation, ...more }] }] }),
          (lines) => lines.map((line) => line.replace("accounts[0].installations[0]", "it"))
        )
      assert.match((yield* linesOf({ logo_url: "https://a.example/l.png" })).join(), /^it\.logo_url: .*logo_uri\?/)
      assert.match((yield* linesOf({ "scope#de": "a" })).join(), /^it\.scope#de: there is no such name/)
      assert.match((yield* linesOf({ "client_name#de": "" })).join(), /^it\.client_name#de: /)
      assert.match((yield* linesOf({ capabilities: { webhook: {} } })).join(), /^it\.capabilities\.webhook: /)
      const headers = Array.from({ length: 90 }, () => ({ header_name: "a", header_value: "b" }))
      const webhooks = Object.fromEntries(
        Array.from({ length: 90 }, (_, index) => [`event${index}`, { endpoint: "https://a.example/", headers }])
      )
      assert.deepStrictEqual(yield* linesOf({ capabilities: { webhooks } }), ["it: has more than 2500 values"])
      assert.deepStrictEqual(yield* linesOf({ scope: null }), ["it.scope: must be a text of at most 2048 characters"])
      for (const language of ["de\0", "\ud800", "x".repeat(300)]) {
        assert.match((yield* linesOf({ [`display_name#${language}`]: "a" })).join(), /^it: has a member whose name /)
      }
      let deep: unknown = {}
      for (let depth = 0; depth < 10_000; depth++) deep = { deep }
      assert.deepStrictEqual(yield* linesOf({ capabilities: deep }), ["it: has more than 2500 values"])
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

  it("the built-in application has its callback at the root or below /auth", () => {
    const [application] = SentinelConfig.development().accounts[0].installations
    assert.deepStrictEqual(application!.redirect_uris, [
      "http://localhost:3000/callback",
      "http://localhost:3000/auth/callback"
    ])
  })
})

describe("SentinelConfig: bounds", () => {
  const problemsOf = (config: unknown) =>
    Effect.map(Effect.result(SentinelConfig.fromUnknown(config)), (result) =>
      Result.isFailure(result) ? result.failure.problems : []
    )
  const withPoints = (points: object) => problemsOf({ accounts: [{ id: "1", users: [], installations: [] }], points })
  const durations = {
    refreshGrace: ["0 seconds", "5 minutes", "300001 millis"],
    codeLifetime: ["1 second", "10 minutes", "600001 millis"],
    loginLifetime: ["1 second", "1 hour", "3600001 millis"],
    accessTokenLifetime: ["1 second", "365 days", "31536000001 millis"],
    appTokenLifetime: ["1 second", "365 days", "31536000001 millis"],
    idTokenLifetime: ["1 second", "365 days", "31536000001 millis"],
    sessionIdleLifetime: ["1 second", "30 days", "2592000001 millis"],
    sessionLifetime: ["1 second", "365 days", "31536000001 millis"]
  } as const

  it.effect("R31, R95: every duration of the dialect has a lowest and a highest value", () =>
    Effect.gen(function* () {
      const ofDurations = Object.entries(SentinelDialect.liveperson).flatMap(([name, value]) =>
        Duration.isDuration(value) ? [name] : []
      )
      assert.sameMembers(ofDurations, Object.keys(durations), "each has a line above")
      for (const [name, [least, most, more]] of Object.entries(durations)) {
        for (const value of [least, most]) assert.deepStrictEqual(yield* withPoints({ [name]: value }), [], name)
        const wrong = [more, "-5 seconds", "-1 millis", "Infinity", "-Infinity", "365001 days", "NaN", 5, null]
        for (const value of least === "0 seconds" ? wrong : [...wrong, "0 seconds", "999 millis"]) {
          const [problem] = yield* withPoints({ [name]: value })
          assert.match(problem ?? "taken", new RegExp(`^points\\.${name}: `), `${name} ${value}`)
        }
      }
    })
  )

  it.effect("a duration is written as everywhere else", () =>
    Effect.gen(function* () {
      for (const [text, millis] of read) {
        const { points } = yield* SentinelConfig.fromUnknown({
          accounts: [{ id: "1", users: [], installations: [] }],
          points: { sessionLifetime: text, sessionIdleLifetime: "1 second" }
        })
        assert.strictEqual(Duration.toMillis(points!.sessionLifetime!), millis, text)
      }
      for (const text of refused) {
        assert.deepStrictEqual(
          yield* withPoints({ sessionLifetime: text }),
          ["points.sessionLifetime: must be a duration from 1 second to 365 days, such as 365 days"],
          text
        )
      }
    })
  )

  it.effect("R95: a session is not idle for longer than it lives", () =>
    Effect.gen(function* () {
      const both = { sessionIdleLifetime: "2 hours", sessionLifetime: "1 hour" }
      assert.deepStrictEqual(yield* withPoints(both), [
        "points.sessionIdleLifetime: is longer than sessionLifetime, after which a session ends in any case"
      ])
      assert.deepStrictEqual(yield* withPoints({ sessionLifetime: "1 hour" }), [])
    })
  )

  it.effect("R95: every text has a longest form, and none has U+0000 or half a character", () =>
    Effect.gen(function* () {
      const account = (one: object) => ({
        accounts: [{ id: "1", users: [user], installations: [installation], ...one }]
      })
      const ofUser = (field: string) => (text: string) => account({ users: [{ ...user, [field]: text }] })
      const ofInstallation = (field: string) => (value: unknown) =>
        account({ installations: [{ ...installation, [field]: value }] })
      const texts: ReadonlyArray<readonly [string, number, (text: string) => unknown, (length: number) => string]> = [
        ["accounts[0].name", 2048, (name) => account({ name }), (length) => "n".repeat(length)],
        ["accounts[0].users[0].id", 2048, ofUser("id"), (length) => "i".repeat(length)],
        ["accounts[0].users[0].email", 254, ofUser("email"), (length) => `${"e".repeat(length - 4)}@a.b`],
        ["accounts[0].users[0].password", 1024, ofUser("password"), (length) => "\u{1f511}".repeat(length)],
        ["accounts[0].users[0].name", 2048, ofUser("name"), (length) => "n".repeat(length)],
        ["accounts[0].installations[0].client_id", 2048, ofInstallation("client_id"), (length) => "c".repeat(length)],
        [
          "accounts[0].installations[0].client_secret",
          2048,
          ofInstallation("client_secret"),
          (length) => "s".repeat(length)
        ],
        [
          "accounts[0].installations[0].client_name",
          128,
          ofInstallation("client_name"),
          (length) => "n".repeat(length)
        ],
        [
          "accounts[0].installations[0].display_name",
          128,
          ofInstallation("display_name"),
          (length) => "n".repeat(length)
        ],
        [
          "accounts[0].installations[0].description",
          256,
          ofInstallation("description"),
          (length) => "d".repeat(length)
        ],
        ["accounts[0].installations[0].scope", 2048, ofInstallation("scope"), (length) => "s".repeat(length)],
        [
          "accounts[0].installations[0].redirect_uris[0]",
          2048,
          (uri) => ofInstallation("redirect_uris")([uri]),
          (length) => "https://a.example/".padEnd(length, "p")
        ],
        ["points.issuer", 2048, (issuer) => ({ ...account({}), points: { issuer } }), (length) => "i".repeat(length)]
      ]
      for (const [path, longest, make, of] of texts) {
        assert.deepStrictEqual(yield* problemsOf(make(of(longest))), [], path)
        for (const text of [of(longest + 1), `${of(10)}\0`, `${of(10)}\ud800`]) {
          const problems = yield* problemsOf(make(text))
          assert.lengthOf(problems, 1, path)
          assert.isTrue(problems[0]!.startsWith(`${path}: `), `${problems[0]} of ${path}`)
        }
      }
      const uris = Array.from({ length: 1001 }, (_, index) => `https://a.example/${index}`)
      assert.deepStrictEqual(yield* problemsOf(ofInstallation("redirect_uris")(uris.slice(1))), [])
      assert.lengthOf(yield* problemsOf(ofInstallation("redirect_uris")(uris)), 1)
    })
  )

  it.effect("R95: the cost of a hash has a bound, said with its path", () =>
    Effect.gen(function* () {
      const { password: _, ...rest } = user
      const hash = "$pbkdf2-sha256$i=99999999$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"
      const problems = yield* problemsOf({
        accounts: [{ id: "1", users: [{ ...rest, password_hash: hash }], installations: [] }]
      })
      assert.lengthOf(problems, 1)
      assert.match(problems[0]!, /^accounts\[0\]\.users\[0\]\.password_hash: costs too much/)
    })
  )
})

describe("SentinelConfig: points", () => {
  const { client_secret: _, ...withoutSecret } = installation
  const account = (installations: ReadonlyArray<object>) => [{ id: "1", users: [], installations }]

  it.effect("R46, R95: an installation without a secret needs a dialect with pkce", () =>
    Effect.gen(function* () {
      const expected = [
        "accounts[0].installations[1].client_secret: is missing. Only a dialect with pkce has installations without a secret"
      ]
      const second = { ...withoutSecret, client_id: "2" }
      for (const points of [{}, { points: {} }, { points: { pkce: "ignored" } }]) {
        assert.deepStrictEqual(yield* problemsOf({ ...points, accounts: account([installation, second]) }), expected)
      }
      const broken = { ...installation, client_name: 7 }
      assert.includeMembers([...(yield* problemsOf({ accounts: account([broken, second]) }))], expected)
      for (const pkce of ["supported", "required"]) {
        yield* SentinelConfig.fromUnknown({ points: { pkce }, accounts: account([installation, second]) })
      }
      const service = { ...second, grant_types: ["client_credentials"] }
      assert.include(
        (yield* problemsOf({ points: { pkce: "supported" }, accounts: account([service]) })).join(),
        "client_secret: is missing, and grant_types has client_credentials"
      )
    })
  )

  it.effect("reads the points of the dialect, and R95: lists the wrong ones", () =>
    Effect.gen(function* () {
      const { points } = yield* SentinelConfig.fromUnknown({
        points: { issuer: "Sentinel", codeLifetime: "10 minutes", tokenVersions: ["1.0"] },
        accounts: account([])
      })
      assert.strictEqual(points?.issuer, "Sentinel")
      assert.deepStrictEqual(points?.codeLifetime, Duration.minutes(10))
      const problems = (yield* problemsOf({
        points: { isuer: "x", expiresIn: "planted", codeLifetime: "0 seconds", sessionLifetime: "planted" },
        accounts: account([])
      })).join("\n")
      for (const name of ["isuer", "expiresIn", "codeLifetime", "sessionLifetime"]) {
        assert.include(problems, `points.${name}:`)
      }
      assert.notInclude(problems, "planted")
    })
  )

  it.effect("R95: the old name of the points is one problem, which says the new name", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* problemsOf({ profile: { pkce: "supported" }, accounts: account([withoutSecret]) }),
        ["profile: is called points now. Rename it; its members stay as they are"]
      )
    })
  )

  it.effect(
    "the file's points are those of the Sentinel that is made from it, over the one that it is built with",
    () =>
      Effect.gen(function* () {
        const config = yield* SentinelConfig.fromUnknown({ points: { issuer: "Sentinel" }, accounts: account([]) })
        const points = yield* Effect.provide(
          SentinelDialect.SentinelDialect,
          Sentinel.layerMemory(config).pipe(
            Layer.provide(SentinelDialect.layer({ issuer: "other", expiresIn: "string" })),
            Layer.provide(NodeCrypto.layer)
          )
        )
        assert.strictEqual(points.issuer, "Sentinel")
        assert.strictEqual(points.expiresIn, "string")
      })
  )
})
