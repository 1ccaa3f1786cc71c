import { assert, describe, it } from "@effect/vitest"
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

describe("AppTokenStore.layerMemory", () => {
  it.effect("K1: takes any number of accounts, quickly, and keeps those of the last", () =>
    Effect.gen(function* () {
      const store = yield* AppTokenStore.AppTokenStore
      const clientId = ClientId.make("server-application")
      const token = new AppToken({
        key: new AppTokenKey({ accountId: AccountId.make("0"), clientId }),
        accessToken: Redacted.make("planted-app"),
        obtainedAt: 0,
        renewAt: 3_000_000,
        expiresAt: 3_600_000
      })
      const key = (index: number) => new AppTokenKey({ accountId: AccountId.make(`${index}`), clientId })
      for (let index = 0; index < 150_000; index++) {
        const { accountId } = token.key
        const cheap = { accountId, clientId, toString: () => `${index}/server-application` } as AppTokenKey
        yield* store.set({ ...token, key: cheap })
      }
      assert.isTrue(Option.isSome(yield* store.get(key(149_999))))
      assert.isTrue(Option.isSome(yield* store.get(key(100_000))))
      assert.isTrue(Option.isNone(yield* store.get(key(0))))
    }).pipe(Effect.provide(AppTokenStore.layerMemory))
  )
})
