/**
 * Checks whether the application gets tokens for itself, and what they allow. No token is kept.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppJwt from "@le-auth/core/AppJwt"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import type { AccessToken } from "@le-auth/core/Identifiers"
import type { JsonWebKeySet } from "@le-auth/core/IdToken"
import type { Origin } from "@le-auth/core/Origin"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Target } from "../../target/Target.ts"
import { text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"
import * as Services from "./Services.ts"

/** One that Sentinel gives now: one that is kept would not show what has changed since. */
const asked = Effect.flatMap(Target, ({ appInstallation }) =>
  AppTokens.token().pipe(
    Effect.provide(
      AppTokens.layer.pipe(
        Layer.provide(
          Layer.mergeAll(AppTokenStore.layerMemory, RefreshLock.layerMemory, AppInstallations.layer(appInstallation))
        )
      )
    )
  )
)

const scopes = (claims: AppJwt.AppClaims | AppJwt.UnverifiedAppClaims): Finding.Finding =>
  claims.scope.length > 0
    ? Finding.good(
        "scopes",
        text`The token has ${claims.scope.length === 1 ? "the scope" : "the scopes"} ${claims.scope.join(", ")}.`
      )
    : Finding.warning(
        "scopes",
        text`The token has no scope, so most APIs refuse it.`,
        text`Add the scopes that the program needs to the scope of the application's installation.`
      )

/** The token came straight from Sentinel, so it may be good also where it cannot be read. */
const about = Effect.fnUntraced(function* (token: AccessToken, keys: JsonWebKeySet) {
  const decoded = AppJwt.decodeUnverified(token)
  if (Result.isFailure(decoded)) {
    return [
      Finding.good("app token", text`Sentinel gives the application a token.`),
      Finding.warning(
        "app token",
        text`It cannot be read: ${decoded.failure.problem}.`,
        text`APIs may still take it; its scopes and its end are not known.`
      )
    ]
  }
  const { accountId, clientId } = (yield* Target).appInstallation
  const end = Option.match(DateTime.make(decoded.success.exp * 1000), {
    onNone: () => text`without an end that can be read`,
    onSome: (end) => text`until ${DateTime.formatIso(end)}`
  })
  const given = [
    Finding.good("app token", text`Sentinel gives the application a token, valid ${end}.`),
    scopes(decoded.success)
  ]
  if (keys.keys.length === 0) return given
  const verified = AppJwt.verify(token, { accountId, azp: clientId, keys }).pipe(
    Effect.as([Finding.good("signature", text`The token is genuine: it is verified with a key of Sentinel's.`)]),
    Finding.orProblem("signature")
  )
  return [...given, ...(yield* verified)]
})

export const check = Effect.fnUntraced(function* (sentinel: Origin) {
  const keys = yield* Effect.result(SentinelClient.use((client) => client.keys(sentinel)))
  const known = Result.getOrElse(keys, () => ({ keys: [] }))
  return [
    ...(yield* Services.time(sentinel).pipe(Finding.orProblem("Sentinel"))),
    ...(yield* Effect.map(Effect.fromResult(keys), Services.keysOf).pipe(Finding.orProblem("keys"))),
    ...(yield* Effect.flatMap(asked, (token) => about(token, known)).pipe(Finding.orProblem("app token")))
  ]
})
