import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ConfigFile from "../../src/commands/sentinel/start/ConfigFile.ts"

const good = `\uFEFF{
  // The accounts.
  "$schema": "./sentinel.schema.json",
  "accounts": [{ "id": "1", /* none yet */ "users": [], "installations": [], }],
  "points": { "expiresIn": "string", "accessTokenLifetime": "5 minutes" },
}`

const problemsOf = (text: string) =>
  Effect.map(Effect.flip(ConfigFile.parse("sentinel.jsonc", text)), ({ message }) => message)

describe("the configuration file", () => {
  it.effect("may have comments, commas at the end and a byte order mark, and says the points", () =>
    Effect.gen(function* () {
      const { accounts, points } = yield* ConfigFile.parse("sentinel.jsonc", good)
      assert.deepStrictEqual(
        accounts.map(({ id }) => String(id)),
        ["1"]
      )
      assert.deepStrictEqual(points, { expiresIn: "string", accessTokenLifetime: Duration.minutes(5) })
    })
  )

  it.effect("R95: says where its text is wrong, not what is there", () =>
    Effect.gen(function* () {
      const message = yield* problemsOf('{\n  "accounts": [\n    planted-secret\n  ]\n}')
      assert.include(message, "sentinel.jsonc has problems:")
      assert.include(message, "line 3, column 5: invalid symbol")
      assert.notInclude(message, "planted-secret")
      assert.include(yield* problemsOf(""), "line 1, column 1")
      assert.include(yield* problemsOf("{"), "close brace expected")
    })
  )

  it.effect("R95: nothing that is in it ends the program: deep, huge, cut off, binary, keys that come twice", () =>
    Effect.gen(function* () {
      for (const [content, problem] of [
        ["[".repeat(200_000), "line 1, column 33: nested deeper than 32 levels"],
        ['{"a":'.repeat(200_000), "nested deeper than 32 levels"],
        [" ".repeat(33 * 1024 * 1024), "the text is larger than 32 MiB"],
        [" ".repeat(2 * 1024 * 1024), "nothing but white space and comments for too long"],
        [`{"a": "${"x".repeat(1024 * 1024)}"}`, "a text is longer than 1 MiB"],
        // None of these is looked through to its end.
        [`{"a": "${'\\"'.repeat(1024 * 1024)}`, "a text is longer than 1 MiB"],
        [`{"a": 1${"0".repeat(1024 * 1024)}`, "a number has too many digits"],
        [`{"a": 1e${"0".repeat(1024 * 1024)}`, "a number has too many digits"],
        [`{"a": true${"e".repeat(1024 * 1024)}`, "invalid symbol"],
        [`{${'"a":1,'.repeat(20_000)}}`, "an object has more than 10000 members"],
        [`[${"\n0,".repeat(300_000)} planted`, "line 300001, column 4: invalid symbol"],
        [good.slice(0, 100), "expected"],
        ["\0\u0001\ufffd", "invalid symbol"],
        ['{ "accounts": [{ "id": "1", "id": "planted" }] }', "  - accounts[0].id: is there twice"],
        ['{ "accounts": [], "accounts": [] }', "  - accounts: is there twice"],
        [
          `{ "accounts": [], ${Array.from({ length: 5000 }, (_, index) => `"x${index}": 1`).join()} }`,
          "more than 100 members"
        ],
        [JSON.stringify({ accounts: Array.from({ length: 5000 }, () => 1) }), "there are more problems than these 100"],
        ['{ "__proto__": { "accounts": [] } }', "__proto__"]
      ] as const) {
        const message = yield* problemsOf(content)
        assert.include(message, problem)
        assert.isBelow(message.split("\n").length, 110)
        assert.notInclude(message, "planted")
      }
    })
  )

  it.effect("R95: has all problems of accounts and points at once, without values", () =>
    Effect.gen(function* () {
      const message = yield* problemsOf(
        JSON.stringify({
          accounts: [{ id: "not an id", users: [{ id: "1", email: "planted", password: "" }], installations: [] }],
          points: { expiresIn: "planted", codeLifetime: "soon", unknown: 1 },
          extra: true
        })
      )
      for (const path of [
        "accounts[0].id",
        "accounts[0].users[0].email",
        "accounts[0].users[0].password",
        "extra",
        "points.expiresIn",
        "points.codeLifetime",
        "points.unknown"
      ]) {
        assert.include(message, `  - ${path}: `)
      }
      assert.notInclude(message, "planted")
    })
  )

  it.effect("R95: that is something else than an object is refused", () =>
    Effect.gen(function* () {
      for (const text of ["[]", "null", '"x"', "1"]) assert.include(yield* problemsOf(text), "has problems", text)
    })
  )
})
