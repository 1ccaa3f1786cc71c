import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { callbackOf, fakeSentinel, installation, planted } from "./FakeSentinel.ts"

describe("NodeServerSignIn.layerServer", () => {
  it.live("signs in over real HTTP, with the stores that the application chose", () =>
    Effect.gen(function* () {
      const sentinel = yield* fakeSentinel
      yield* Effect.gen(function* () {
        const started = yield* SignIn.start({ returnTo: "/inbox" })
        const done = yield* SignIn.complete(SignIn.callback(callbackOf(started.url), started.binding))
        assert.strictEqual(done.returnTo, "/inbox")
        assert.strictEqual(done.session.claims?._tag, "VerifiedClaims")
        const token = yield* Sessions.accessToken(done.session.key)
        assert.strictEqual(Redacted.value(token), planted.accessToken)
      }).pipe(
        Effect.provide(
          Layer.provide(
            NodeServerSignIn.layerServer,
            Layer.mergeAll(
              AppInstallations.layer(installation("http://localhost:3000/callback")),
              TransactionStore.layerMemory,
              SessionStore.layerMemory,
              RefreshLock.layerMemory
            )
          )
        ),
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromEnv({ env: { LE_AUTH_DOMAIN_API: sentinel.origin } })
        )
      )
    })
  )

  it("has no stores of its own: leaving one out does not compile", () => {
    const program = Effect.provide(SignIn.start(), NodeServerSignIn.layerServer)
    expectTypeOf<Effect.Services<typeof program>>().toEqualTypeOf<
      | AppInstallations.AppInstallations
      | TransactionStore.TransactionStore
      | SessionStore.SessionStore
      | RefreshLock.RefreshLock
    >()
  })
})
