import { AppToken, type AppTokenKey } from "@le-auth/core/AppToken"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import { Session, type SessionKey } from "@le-auth/core/Session"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as AppTokenStoreSuite from "@le-auth/testing/AppTokenStoreSuite"
import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

// What takes minutes and days shows under the test clock; under the real one it is a `todo`.
for (const options of [{ live: false }, { live: true }]) {
  const clock = options.live ? "the real clock" : "the test clock"
  TransactionStoreSuite.suite(`layerMemory, ${clock}`, TransactionStore.layerMemory, options)
  SessionStoreSuite.suite(`layerMemory, ${clock}`, SessionStore.layerMemory, options)
  AppTokenStoreSuite.suite(`layerMemory, ${clock}`, AppTokenStore.layerMemory, options)
  RefreshLockSuite.suite(`layerMemory, ${clock}`, RefreshLock.layerMemory, {
    ...options,
    lockTimeout: Duration.infinity
  })
}

// Two instances of the seal, with keys of their own derived from one secret, over one store.
const memory = Effect.runSync(Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory))
const keys = Seal.layer([Redacted.make("a secret of forty-three characters or more....")]).pipe(
  Layer.provide(Seal.layerWebCrypto)
)
const sealed = SealedSessionStore.layer.pipe(
  Layer.provide(Layer.succeed(SessionStore.SessionStore, memory)),
  Layer.provide(keys)
)

/** Takes the last characters off what the store behind the seal holds. */
const corrupt = (key: SessionKey) =>
  Effect.flatMap(memory.get(key), (found) => {
    if (Option.isNone(found)) return Effect.void
    const accessToken = Redacted.make(Redacted.value(found.value.accessToken).slice(0, -4))
    return memory.set(new Session({ ...found.value, accessToken }), "any")
  })

SessionStoreSuite.suite("SealedSessionStore over layerMemory", sealed, { second: sealed, corrupt })

const tokens = Effect.runSync(Effect.provide(AppTokenStore.AppTokenStore, AppTokenStore.layerMemory))
const sealedTokens = SealedAppTokenStore.layer.pipe(
  Layer.provide(Layer.succeed(AppTokenStore.AppTokenStore, tokens)),
  Layer.provide(keys)
)

/** The same with app tokens. */
const corruptToken = (key: AppTokenKey) =>
  Effect.flatMap(tokens.get(key), (found) => {
    if (Option.isNone(found)) return Effect.void
    const accessToken = Redacted.make(Redacted.value(found.value.accessToken).slice(0, -4))
    return tokens.set(new AppToken({ ...found.value, accessToken }))
  })

AppTokenStoreSuite.suite("SealedAppTokenStore over layerMemory", sealedTokens, {
  second: sealedTokens,
  corrupt: corruptToken
})
