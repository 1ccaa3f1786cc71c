/** The control while the store behind Sentinel is away. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { StoreError } from "@le-auth/core/StoreError"
import * as Control from "@le-auth/sentinel/Control"
import type { InvalidChange, NotSupported, NotThere, StoreUnavailable } from "@le-auth/sentinel/ControlError"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { account, cheapPasswords } from "../Harness.ts"

const userId = "3552833710"

describe("a store that does not answer", () => {
  const away = Effect.fail(new StoreError({ store: "database", operation: "anything" }))
  const without = <Service extends object>(service: Service): Service =>
    new Proxy(service, {
      get: (target, key) => (typeof target[key as keyof Service] === "function" ? () => away : away)
    })

  it.effect("is StoreUnavailable at the control, and the configuration and the clock stay as they were", () =>
    Effect.gen(function* () {
      const stores = Layer.effectContext(
        Effect.map(Layer.build(SentinelStore.layerMemory), (right) =>
          Context.make(SentinelStore.SentinelStore, without(Context.get(right, SentinelStore.SentinelStore))).pipe(
            Context.add(StoreInspection, without(Context.get(right, StoreInspection)))
          )
        )
      )
      const services = yield* Layer.build(
        Control.layerOver(SentinelConfig.development(), stores, { passwords: { algorithm: cheapPasswords } }).pipe(
          Layer.provide(NodeCrypto.layer)
        )
      )
      const control = Context.get(services, Control.Control)
      yield* control.accounts.addUser(account, {
        id: "new",
        email: "new@example.com",
        password: Redacted.make("new"),
        is_admin: false,
        is_lpa: false,
        enabled: true
      })
      yield* control.clock.advance(Duration.hours(1))
      const asked: ReadonlyArray<Effect.Effect<unknown, InvalidChange | NotSupported | NotThere | StoreUnavailable>> = [
        control.sessions.list(),
        control.sessions.families(),
        control.sessions.end("any"),
        control.sessions.revoke("any"),
        control.sessions.endUser(account, userId),
        control.explain(Redacted.make("a code")),
        control.state.take,
        control.state.save("any"),
        control.state.reset
      ]
      for (const one of asked) {
        const error = yield* Effect.flip(one)
        assert.strictEqual(error._tag, "StoreUnavailable")
        assert.include(error.message, "database is unavailable")
      }
      assert.lengthOf((yield* control.accounts.list)[0]!.users, 3)
      assert.strictEqual((yield* control.clock.state).now, 3_600_000)
      assert.deepStrictEqual(yield* control.state.names, [])
    })
  )
})
