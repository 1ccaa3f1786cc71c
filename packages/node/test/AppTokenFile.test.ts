import { assert, describe, it } from "@effect/vitest"
import { type AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as AppTokenStoreSuite from "@le-auth/testing/AppTokenStoreSuite"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { appToken, directory } from "./Samples.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-app-tokens-"))
afterAll(() => Fs.rmSync(root, { recursive: true }))

const shared = Path.join(root, "app-tokens.json")
const contract = AppTokenFile.layerAt(shared)

interface Entry {
  key: ConstructorParameters<typeof AppTokenKey>[0]
  accessToken: unknown
  expiresAt: number
}

/** Changes the entries of the file. */
const change = (each: (entry: Entry) => void) =>
  Effect.sync(() => {
    const content: { readonly tokens: ReadonlyArray<Entry> } = JSON.parse(Fs.readFileSync(shared, "utf8"))
    content.tokens.forEach(each)
    Fs.writeFileSync(shared, JSON.stringify(content))
  })

AppTokenStoreSuite.suite("AppTokenFile, twice on one file", contract, {
  live: true,
  second: contract,
  runs: 10,
  timeout: "100 seconds",
  corrupt: (key) =>
    change((entry) => {
      if (new AppTokenKey(entry.key).toString() === key.toString()) entry.accessToken = 7
    })
})

// The locks of the file take real time, which does not move the test clock.
AppTokenStoreSuite.suite("AppTokenFile, the test clock", AppTokenFile.layerAt(Path.join(root, "clock.json")), {
  runs: 10,
  timeout: "100 seconds"
})

const at = (path: string) => Effect.provide(AppTokenFile.layerAt(path))
const set = (token: AppToken) => AppTokenStore.use((store) => store.set(token))

describe("AppTokenFile", () => {
  it.effect("its file is private, and holds no token that is over once another one has come", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "le-auth", "app-tokens.json")
      yield* set(yield* appToken("first")).pipe(at(path))
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(Fs.statSync(Path.dirname(path)).mode & 0o777, 0o700)
      yield* TestClock.adjust(Duration.hours(1))
      const second = yield* appToken("second")
      yield* set(second).pipe(at(path))
      assert.notInclude(Fs.readFileSync(path, "utf8"), "first")
      const found = yield* AppTokenStore.use((store) => store.get(second.key)).pipe(at(path))
      assert.deepStrictEqual(found, Option.some(second))
    })
  )

  it.effect("to remove a token that is not there writes nothing", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "app-tokens.json")
      const { key } = yield* appToken("nowhere")
      yield* AppTokenStore.use((store) => store.remove(key)).pipe(at(path))
      assert.isFalse(Fs.existsSync(path))
    })
  )

  it.effect("is beside the sessions of the user", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const settings = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ XDG_STATE_HOME: folder }))
      const path = yield* Effect.provide(AppTokenFile.defaultPath, settings)
      assert.strictEqual(path, Path.join(folder, "le-auth", "app-tokens.json"))
      yield* Effect.provide(set(yield* appToken("by default")), Layer.provide(AppTokenFile.layer, settings))
      assert.isTrue(Fs.existsSync(path))
    })
  )
})
