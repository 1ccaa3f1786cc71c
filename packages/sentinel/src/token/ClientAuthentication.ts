/**
 * Finds out which application calls (RFC 6749 section 2.3.1).
 *
 * LivePerson documents the secret in the body; HTTP Basic is accepted as well, as the RFC requires of a server.
 *
 * @since 0.1.0
 */
import type { UrlParameters } from "@le-auth/core/UrlParameters"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Directory, type Installation } from "../Directory.ts"
import type { Incoming } from "../http/Endpoint.ts"
import * as RequestFacts from "../operations/RequestFacts.ts"
import { invalidRequest, OAuthFailure } from "./OAuthFailure.ts"

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** Id and secret are form-encoded before they are joined by a colon (RFC 6749 section 2.3.1 and appendix B). */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "))

const readBasic = (header: string): Credentials | undefined => {
  const encoded = /^basic +(\S+) *$/i.exec(header)?.[1]
  const bytes = encoded === undefined ? undefined : Result.getOrUndefined(Base64.decode(encoded))
  if (bytes === undefined) return undefined
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    const colon = text.indexOf(":")
    if (colon === -1) return undefined
    return { clientId: formDecode(text.slice(0, colon)), clientSecret: formDecode(text.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

const isBasic = (header: string | undefined): header is string => header !== undefined && /^basic(?: |$)/i.test(header)

/**
 * The reason of a failure, for the log, where nothing was sent that could be wrong.
 *
 * @since 0.1.0
 */
export const noCredentials = "no credentials"

/**
 * Who a request claims to come from.
 *
 * @since 0.1.0
 */
export const clientIdOf = (request: HttpServerRequest.HttpServerRequest, body: UrlParameters): string | undefined => {
  const header = request.headers["authorization"]
  return isBasic(header) ? readBasic(header)?.clientId : body.get("client_id")
}

/**
 * Makes the check. One answer for an unknown account, an unknown application and a wrong secret, in the same time.
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<
  (
    incoming: Incoming,
    body: UrlParameters,
    /** The status of `invalid_client` when the credentials came in the body. */
    status: 400 | 401
  ) => Effect.Effect<Installation, OAuthFailure>,
  never,
  Digest.Digest | Directory
> = Effect.gen(function* () {
  const directory = yield* Directory
  const digest = yield* Digest.Digest
  const utf8 = new TextEncoder()
  const noHash = new Uint8Array(Digest.sha256.outputLength)

  return Effect.fnUntraced(function* ({ accountId, query, request }, body, status) {
    if (query.has("client_secret")) {
      return yield* invalidRequest("Credentials must not be in the query, where logs keep them. Send them in the body.")
    }
    const header = request.headers["authorization"]
    const usesBasic = isBasic(header)
    const refused = (reason: string) =>
      new OAuthFailure({
        error: "invalid_client",
        description: "Client authentication failed: check the account, client_id and client_secret.",
        status: usesBasic ? 401 : status,
        challenge: usesBasic,
        reason
      })

    const inBody = body.get("client_id")
    const secretInBody = body.get("client_secret")
    if (usesBasic && secretInBody !== undefined) {
      return yield* invalidRequest("The client authenticates in two ways at once: with HTTP Basic and in the body.")
    }
    const credentials = usesBasic ? readBasic(header) : { clientId: inBody, clientSecret: secretInBody }
    if (credentials?.clientId === undefined || credentials.clientSecret === undefined) {
      return yield* refused(noCredentials)
    }
    if (usesBasic && inBody !== undefined && inBody !== credentials.clientId) {
      return yield* invalidRequest("client_id in the body is not that of HTTP Basic.")
    }

    const found = yield* directory.installation(accountId, credentials.clientId)
    const hash = yield* digest.digest(Digest.sha256, utf8.encode(credentials.clientSecret))
    const isRight = Mac.timingSafeEqual(hash, Option.isSome(found) ? found.value.secretHash : noHash)
    if (Option.isNone(found)) return yield* refused("unknown client")
    if (!isRight) return yield* refused("wrong secret")
    RequestFacts.isFrom(request, { accountId, clientId: found.value.clientId })
    return found.value
  })
})

/**
 * @since 0.1.0
 */
export type ClientAuthentication = Effect.Success<typeof make>
