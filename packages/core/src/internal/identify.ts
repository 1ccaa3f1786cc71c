/** The user that an id_token is about. */
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import type { AppInstallation } from "../AppInstallations.ts"
import type { IdTokenText } from "../Identifiers.ts"
import * as IdToken from "../IdToken.ts"
import type { Origin } from "../Origin.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { KeySets } from "../KeySets.ts"

/** Verified if Sentinel publishes the key, else checked as far as it can be, unless it must be verified. */
export const make = Effect.fnUntraced(function* (options: { readonly mustBeVerified: boolean }) {
  const signature = yield* Signature.Signature
  const keySets = yield* KeySets

  return (
    installation: AppInstallation,
    sentinel: Origin,
    token: IdTokenText
  ): Effect.Effect<IdToken.VerifiedClaims | IdToken.UnverifiedClaims, IdToken.IdTokenError> =>
    keySets.keysFor(sentinel, IdToken.keyId(token)).pipe(
      // The user waits, and can be identified without.
      RetryPolicy.disabled,
      Effect.catch((error) =>
        Effect.as(Effect.logWarning("Sentinel's keys could not be read", error.message), { keys: [] })
      ),
      Effect.flatMap((keys) => IdToken.verify({ token, clientId: installation.clientId, keys })),
      Effect.provideService(Signature.Signature, signature),
      Effect.catchIf(
        (error) => error.reason === "UnknownKey" && !options.mustBeVerified,
        () =>
          Effect.fromResult(IdToken.decodeUnverified(token)).pipe(
            Effect.tap((claims) => IdToken.checkClaims(claims, installation.clientId))
          )
      )
    )
})
