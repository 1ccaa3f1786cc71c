/**
 * Reads id_tokens of this Sentinel that come back as a hint about a user (`id_token_hint`). A hint opens nothing. It
 * may have expired, since it only says who was signed in (OpenID Connect RP-Initiated Logout 1.0 section 2).
 */
import { ClientId } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SigningKeys } from "../../SigningKeys.ts"
import type { Issuer } from "../documents/Issuer.ts"

/** The user and the application of an id_token. */
export interface ReadIdToken {
  readonly clientId: string
  readonly userId: string
}

/** Reads an id_token that was issued in an account; `None` for everything else. */
export type IdTokenReader = (
  token: string,
  accountId: string,
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<Option.Option<ReadIdToken>>

const decode = Schema.decodeUnknownOption(Schema.Struct({ iss: Schema.String, sub: Schema.String, aud: ClientId }))

/** Makes the reader. The issuer names the account, and the name under which this Sentinel was asked. */
export const make = (issuer: Issuer): Effect.Effect<IdTokenReader, never, SigningKeys> =>
  Effect.map(
    SigningKeys,
    (keys) =>
      (token, accountId, request): Effect.Effect<Option.Option<ReadIdToken>> =>
        Effect.map(Effect.orDie(keys.verifyIdToken(token)), (claims) =>
          Option.flatMap(Option.flatMap(claims, decode), ({ aud, iss, sub }) =>
            iss === issuer.ofIdTokens(accountId, request) ? Option.some({ clientId: aud, userId: sub }) : Option.none()
          )
        )
  )
