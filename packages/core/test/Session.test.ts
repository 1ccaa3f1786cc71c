import { assert, describe, it } from "@effect/vitest"
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { SessionKey, unidentified } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as fs from "node:fs"
import * as path from "node:path"
import { keyOf } from "../src/shared/SessionText.ts"
import { account, json, layer, layerWith, signIn, Wire } from "./ScriptedSentinel.ts"

const list = Sessions.list(account)
const withoutIdToken = json({ access_token: "a", refresh_token: "r", token_type: "Bearer" })

describe("H7: the key of a session", () => {
  const parts = {
    accountId: AccountId.make("12345678"),
    clientId: ClientId.make("a client/%2F"),
    subject: Subject.make("é/ü/%")
  }

  it("is told by its text, with an instance and without", () => {
    const keys = [
      new SessionKey(parts),
      new SessionKey({ ...parts, instance: "one" }),
      new SessionKey({ ...parts, instance: "two" }),
      new SessionKey({ ...parts, subject: Subject.make("é/ü/%/one") })
    ]
    assert.strictEqual(new Set(keys.map(String)).size, keys.length)
    for (const key of keys) assert.deepStrictEqual({ ...Option.getOrThrow(keyOf(key.toString())) }, { ...key })
  })

  it("refuses every other text", () => {
    for (const text of ["", "a", "a/b", "12345678/c/s/", "12345678/c/s/i/more", "12345678/c/%", "12345678/c/s/a b"]) {
      assert.isTrue(Option.isNone(keyOf(text)), text)
    }
  })
})

describe("G9: each sign-in", () => {
  it.effect("has a session of its own: signing out in one browser leaves the others", () =>
    Effect.gen(function* () {
      const one = (yield* signIn).session
      const other = (yield* signIn).session
      assert.match(one.key.instance!, /^[\w-]{22}$/)
      assert.strictEqual((yield* list).length, 2)
      yield* Sessions.forget(one.key)
      assert.isTrue(Option.isSome(yield* Sessions.current(other.key)))
      assert.deepStrictEqual((yield* list).map(String), [other.key.toString()])
    }).pipe(Effect.provide(layer))
  )

  for (const [what, answers] of [
    ["with an id_token", []],
    ["without one", [withoutIdToken, withoutIdToken]]
  ] as const) {
    it.effect(`takes the place of the one before, if a user has one: ${what}`, () =>
      Effect.gen(function* () {
        ;(yield* Wire).next("/token", ...answers)
        const one = (yield* signIn).session
        const other = (yield* signIn).session
        assert.strictEqual(one.key.toString(), other.key.toString())
        assert.strictEqual((yield* list).length, 1)
        if (answers.length > 0) assert.strictEqual(one.key.subject, unidentified)
      }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" } })))
    )
  }
})

describe("SessionStore.layerMemoryWith", () => {
  it.effect("forgets a session that was not saved for as long as it is kept", () =>
    Effect.gen(function* () {
      const { key } = (yield* signIn).session
      yield* TestClock.adjust("6 days")
      yield* Sessions.accessToken(key)
      yield* TestClock.adjust("6 days")
      assert.isTrue(Option.isSome(yield* Sessions.current(key)))
      yield* TestClock.adjust("1 day")
      assert.isTrue(Option.isNone(yield* Sessions.current(key)))
      assert.strictEqual((yield* list).length, 0)
    }).pipe(
      Effect.provide(
        layerWith({
          stores: Layer.merge(TransactionStore.layerMemory, SessionStore.layerMemoryWith({ keepFor: "7 days" }))
        })
      )
    )
  )
})

it("F4: nothing but refreshing and renewing takes the lock, and nothing but the keeping of sessions writes to their store", () => {
  const source = path.join(import.meta.dirname, "../src")
  const importing = (module: RegExp) =>
    fs
      .readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && module.test(fs.readFileSync(path.join(source, name), "utf8")))
      .map((name) => name.split(path.sep).join("/"))
      .toSorted()
  const adapter =
    /(?:Sql|Redis)\.ts$|^LeaseLock|^SealedSessionStore|^FetchSignIn|^FetchAppTokens|^index|^RefreshLock\.ts$|^SessionStore\.ts$/
  const users = (module: RegExp) => importing(module).filter((name) => !adapter.test(name))
  assert.deepStrictEqual(users(/from "\.\.?\/RefreshLock\.ts"/), ["internal/refreshing.ts", "internal/renewing.ts"])
  assert.deepStrictEqual(users(/import \{ SessionStore \} from "\.\.?\/SessionStore\.ts"/), ["internal/keeping.ts"])
})
