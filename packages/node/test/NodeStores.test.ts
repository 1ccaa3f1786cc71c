import { assert, describe, it } from "@effect/vitest"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as NodeStores from "@le-auth/node/NodeStores"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Samples from "./Samples.ts"
import { sqliteFile } from "./SqliteFile.ts"

const postgres = { _tag: "Postgres" as const, url: Redacted.make("postgres://u:planted@127.0.0.1:1/d") }
const redis = { _tag: "Redis" as const, url: Redacted.make("redis://:planted@127.0.0.1:1") }
const keys = { LE_AUTH_SEAL_KEYS: "a secret of forty-three characters or more...." }
const withSettings = (settings: Record<string, string>) =>
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings)))

describe("the stores at a URL", () => {
  it.effect("a file of SQLite keeps sessions and app tokens sealed, with a key beside it unless one is given", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const session = Samples.session("a user")
      const url = { _tag: "Sqlite" as const, path }
      const within = (settings: Record<string, string>) =>
        Effect.provide(NodeStores.layer(url).pipe(withSettings(settings)))
      const token = yield* Samples.appToken("an application")
      yield* SessionStore.use((store) => store.set(session, "any")).pipe(within({}))
      yield* AppTokenStore.use((store) => store.set(token)).pipe(within({}))
      assert.isTrue(Fs.existsSync(`${path}.key`))
      assert.notInclude(Fs.readFileSync(path, "latin1"), Redacted.value(session.accessToken))

      assert.notInclude(Fs.readFileSync(path, "latin1"), Redacted.value(token.accessToken))

      const getToken = AppTokenStore.use((store) => store.get(token.key))
      const again = Option.getOrThrow(yield* getToken.pipe(within({})))
      assert.strictEqual(Redacted.value(again.accessToken), Redacted.value(token.accessToken))
      assert.isTrue(Option.isNone(yield* getToken.pipe(within(keys))), "with another key")

      const get = SessionStore.use((store) => store.get(session.key))
      const found = Option.getOrThrow(yield* get.pipe(within({})))
      assert.strictEqual(Redacted.value(found.accessToken), Redacted.value(session.accessToken))
      assert.isTrue(Option.isNone(yield* get.pipe(within(keys))), "with another key")
    })
  )

  it.live("a store that is not there ends the layer, in words without the password", () =>
    Effect.gen(function* () {
      for (const url of [postgres, redis]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(NodeStores.layer(url).pipe(withSettings(keys)))))
        assert.strictEqual(error._tag, "DatabaseError")
        assert.include(error.message, "127.0.0.1:1")
        assert.notInclude(error.message, "planted")
      }
    })
  )

  it("a database without seal keys is a problem, and in production a file of SQLite too", () => {
    const sqlite = { _tag: "Sqlite" as const, path: "x" }
    const memory = { _tag: "Memory" as const }
    for (const url of [memory, sqlite, postgres, redis]) {
      assert.isUndefined(NodeStores.sealKeysProblem(url, { ...keys, NODE_ENV: "production" }))
    }
    assert.isUndefined(NodeStores.sealKeysProblem(memory, { NODE_ENV: "production" }))
    assert.isUndefined(NodeStores.sealKeysProblem(sqlite, {}))
    assert.include(NodeStores.sealKeysProblem(sqlite, { NODE_ENV: "production" }), "in production no key is made")
    for (const url of [postgres, redis]) assert.include(NodeStores.sealKeysProblem(url, {}), "openssl rand")
  })

  it("memory: loads no engine", () => {
    const program = `
      import { registerHooks } from "node:module"
      const urls = []
      registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context) } })
      const { layer } = await import("@le-auth/node/NodeStores")
      const { build } = await import("effect/Layer")
      const { runPromise, scoped } = await import("effect/Effect")
      await runPromise(scoped(build(layer({ _tag: "Memory" }))))
      console.log(JSON.stringify(urls))`
    const words = ["--no-warnings", "--conditions=@le-auth/source", "--input-type=module", "-e", program]
    const urls: ReadonlyArray<string> = JSON.parse(
      execFileSync(process.execPath, words, { encoding: "utf8", cwd: import.meta.dirname })
    )
    const engines = /NodeSqlite|NodeRedis|redisStores|sqlStores|@effect\/sql-pg|node_modules\/redis/
    assert.deepStrictEqual(
      urls.filter((url) => engines.test(url)),
      []
    )
    assert.isTrue(urls.some((url) => url.includes("NodeStores")))
  })
})
