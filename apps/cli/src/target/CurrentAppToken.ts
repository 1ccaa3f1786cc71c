/**
 * The app token that a command uses.
 */
import * as AppJwt from "@le-auth/core/AppJwt"
import { AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokens } from "@le-auth/core/AppTokens"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Target } from "./Target.ts"

const key = Effect.map(
  Target,
  ({ appInstallation: { accountId, clientId } }) => new AppTokenKey({ accountId, clientId })
)

/** The one that is kept on this computer, as it is. */
export const kept = Effect.flatMap(key, (key) => AppTokenStore.use((store) => store.get(key)))

/** Removes it from this computer. Says whether there was a valid one; another one goes as well. */
export const forget = Effect.gen(function* () {
  const appTokenKey = yield* key
  const found = yield* Effect.orElseSucceed(kept, Option.none)
  yield* AppTokenStore.use((store) => store.remove(appTokenKey))
  return Option.isSome(found)
})

/**
 * A valid token: the one that is kept, or another one if there is none or it is due. A command waits for that, since
 * nothing goes on in the background when it has ended.
 */
export const current = Effect.gen(function* () {
  const tokens = yield* AppTokens
  const found = yield* Effect.orElseSucceed(kept, Option.none)
  const isDue = Option.isSome(found) && (yield* Clock.currentTimeMillis) >= found.value.renewAt
  if (isDue) {
    yield* Effect.catch(tokens.renew({ unless: found.value.accessToken }), ({ message }) =>
      Effect.logWarning("A renewal failed; the app token is still valid and stays in use", message)
    )
  }
  return yield* tokens.token()
})

/** A token that Sentinel gives now, in place of the one that is kept. */
export const another = Effect.gen(function* () {
  const tokens = yield* AppTokens
  const found = yield* Effect.orElseSucceed(kept, Option.none)
  return yield* Option.isSome(found) ? tokens.renew({ unless: found.value.accessToken }) : tokens.token()
})

/** What a token says of itself, and what is known from when it was given. Nothing here is verified. */
export const factsOf = Effect.fnUntraced(function* (token: AccessToken) {
  const claims = Result.getSuccess(AppJwt.decodeUnverified(token))
  const found = yield* Effect.orElseSucceed(kept, Option.none)
  const isKept = Option.exists(found, ({ accessToken }) => Redacted.value(accessToken) === Redacted.value(token))
  const expiresAt = isKept ? Option.map(found, (token) => token.expiresAt) : Option.map(claims, ({ exp }) => exp * 1000)
  return {
    scopes: Option.match(claims, { onNone: () => null, onSome: ({ scope }) => scope }),
    validUntil: Option.match(Option.flatMap(expiresAt, DateTime.make), {
      onNone: () => null,
      onSome: DateTime.formatIso
    })
  }
})
