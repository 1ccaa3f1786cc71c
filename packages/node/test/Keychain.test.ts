import { assert, describe, it } from "@effect/vitest"
import * as Keychain from "@le-auth/node/Keychain"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Net from "node:net"
import * as Path from "node:path"
import { startKeyring } from "../../../tools/keyring.ts"
import { sqliteFile } from "./SqliteFile.ts"

const using = <A, E, R>(env: Record<string, string>, effect: Effect.Effect<A, E, R | Keychain.Keychain>) =>
  effect.pipe(
    Effect.provide(Layer.merge(Keychain.layer("le-auth test"), ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))
  )

/** The child process of a keychain inherits the environment of this one. */
const inherited = <A, E, R>(env: Record<string, string>, effect: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = { ...process.env }
      Object.assign(process.env, env)
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        process.env = before
      })
  )

const get = Keychain.Keychain.use((keychain) => keychain.get("key"))
const reasonOf = (env: Record<string, string>) => Effect.map(Effect.flip(using(env, get)), ({ reason }) => reason)

const keyring = Effect.acquireRelease(
  Effect.promise(() => startKeyring()),
  ({ stop }) => Effect.sync(stop)
)

/** Takes connections, and says nothing. */
const silentBus = Effect.gen(function* () {
  const path = Path.join(Path.dirname(yield* sqliteFile), "..", "bus")
  const server = Net.createServer()
  const closed = new Promise<void>((resolve) => {
    server.once("connection", (socket) =>
      socket
        .resume()
        .once("close", () => resolve())
        .on("error", () => {})
    )
  })
  const connected = new Promise<void>((resolve) => server.once("connection", () => resolve()))
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(path, resolve))),
    () => Effect.sync(() => server.close())
  )
  return { env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }, connected, closed }
})

describe("Keychain", () => {
  it.live("H4: keeps a secret in a real keychain", () =>
    Effect.gen(function* () {
      const { env } = yield* keyring
      yield* inherited(
        env,
        using(
          env,
          Effect.gen(function* () {
            const keychain = yield* Keychain.Keychain
            assert.deepStrictEqual(yield* keychain.get("key"), Option.none())
            yield* keychain.set("key", Redacted.make("secret 'ü' \n of several lines"))
            const found = Option.getOrThrow(yield* keychain.get("key"))
            assert.strictEqual(Redacted.value(found), "secret 'ü' \n of several lines")
            assert.notInclude(JSON.stringify(found), "secret")
            assert.deepStrictEqual(yield* keychain.get("another"), Option.none())
          })
        )
      )
    })
  )

  it.effect("a keychain that hangs is given up after ten seconds, and the process that waits for it ends", () =>
    Effect.gen(function* () {
      const bus = yield* silentBus
      yield* inherited(
        bus.env,
        Effect.gen(function* () {
          const asking = yield* Effect.forkChild(reasonOf(bus.env))
          yield* Effect.promise(() => bus.connected)
          yield* TestClock.adjust("9 seconds")
          assert.isUndefined(asking.pollUnsafe())
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* Fiber.join(asking), "NoAnswer")
          yield* Effect.promise(() => bus.closed)
        })
      )
    })
  )

  it.live("a service that is not there is a refusal", () =>
    Effect.gen(function* () {
      const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" }
      assert.strictEqual(yield* inherited(env, reasonOf(env)), "Refused")
    })
  )

  it.effect("is not asked where there is no session bus, or when it is switched off", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reasonOf({}), "NoService")
      const off = { LE_AUTH_KEYCHAIN: "off", DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" }
      assert.strictEqual(yield* reasonOf(off), "SwitchedOff")
    })
  )
})
