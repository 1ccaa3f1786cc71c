/**
 * Finds out which application sent a request (RFC 6749 section 2.3.1).
 *
 * LivePerson documents the secret in the body; HTTP Basic is also accepted, as the RFC requires of a server.
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Directory, type Installation } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { passesBy } from "../http/passesBy.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { Vouched } from "../http/Vouched.ts"
import type { Incoming } from "../http/RouteHandlers.ts"
import { authenticationFailed, invalidRequest, type OAuthFailure } from "./OAuthFailure.ts"

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/** Id and secret are form-encoded before they are joined by a colon (RFC 6749 section 2.3.1 and appendix B). */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "))

const utf8 = new TextDecoder("utf-8", { fatal: true })

const asItIs = (text: string): string => text

const readBasic = (header: string, decode = formDecode): Credentials | undefined => {
  const encoded = /^basic +(\S+) *$/i.exec(header)?.[1]
  const bytes = encoded === undefined ? undefined : Result.getOrUndefined(Base64.decode(encoded))
  if (bytes === undefined) return undefined
  try {
    const text = utf8.decode(bytes)
    const colon = text.indexOf(":")
    if (colon === -1) return undefined
    return { clientId: decode(text.slice(0, colon)), clientSecret: decode(text.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

const isBasic = (header: string | undefined): header is string => header !== undefined && /^basic(?: |$)/i.test(header)

/** The reason of a failure, for the log, if the request had no credentials that could be wrong. */
export const noCredentials = "no client_id or no client_secret"

/** The client id that a request claims. */
export const clientIdOf = (request: HttpServerRequest.HttpServerRequest, body: UrlParameters): string | undefined => {
  const header = request.headers["authorization"]
  return isBasic(header) ? readBasic(header)?.clientId : body.get("client_id")
}

/**
 * The credentials of HTTP Basic that say the same as the body. Many clients do not form-encode them, so either reading
 * will do. All that is compared comes from the client.
 */
const sameAsBody = (header: string, id: string | undefined, secret: string | undefined): Credentials | undefined => {
  const isSame = (basic: Credentials | undefined): boolean =>
    basic !== undefined &&
    (id === undefined || id === basic.clientId) &&
    (secret === undefined || secret === basic.clientSecret)
  return [formDecode, asItIs].map((decode) => readBasic(header, decode)).find(isSame)
}

const sentTwice =
  "RFC 6749 section 2.3: the client authenticates in two ways at once, with HTTP Basic and in the body. " +
  "sameCredentialsTwice=false refuses it."

const refusedTwice = invalidRequest(
  "The client authenticates in two ways at once: with HTTP Basic and in the body. Use one of them. If they are " +
    `equal: ${passesBy("sameCredentialsTwice", true)}`
)

const different = invalidRequest(
  "HTTP Basic and the body have different credentials. Send them in one of the two only."
)

/** The ways of an endpoint to authenticate its clients. */
export interface Options {
  /** The status of `invalid_client` when the credentials came in the body. */
  readonly status: 400 | 401
  /** Whether a secret in the query is accepted. The endpoint adds it to the body that it hands in. */
  readonly inQuery: boolean
}

/** The refusal of a secret in the query; `more` is the way out, where there is one. */
export const secretInQuery = (more?: string): OAuthFailure =>
  invalidRequest(
    `Credentials must not be in the query, where logs keep them. Send them in the body.${more === undefined ? "" : ` ${more}`}`
  )

/**
 * Makes the check. One answer for an unknown account, an unknown application and a wrong secret, after the same work:
 * one look-up, one hash, and one comparison of hashes that takes the same time for all of them.
 *
 * An installation that has no secret is known by its id alone. It must use PKCE, so it exists only where the dialect
 * has it.
 */
export const make: Effect.Effect<
  (incoming: Incoming, body: UrlParameters, options: Options) => Effect.Effect<Installation, OAuthFailure>,
  never,
  Digest.Digest | Directory
> = Effect.gen(function* () {
  const directory = yield* Directory
  const digest = yield* Digest.Digest
  const { pkce, sameCredentialsTwice } = yield* SentinelDialect
  const noHash = new Uint8Array(Digest.sha256.outputLength)

  return Effect.fnUntraced(function* ({ accountId, query, request }, body, { inQuery, status }) {
    if (!inQuery && query.has("client_secret")) return yield* secretInQuery()
    const header = request.headers["authorization"]
    const usesBasic = isBasic(header)
    const refused = (reason: string) =>
      authenticationFailed({ reason, status: usesBasic ? 401 : status, challenge: usesBasic })

    const id = body.get("client_id")
    const secret = body.get("client_secret")
    const isTwice = usesBasic && secret !== undefined
    if (isTwice && !sameCredentialsTwice) return yield* refusedTwice
    let credentials = usesBasic ? readBasic(header) : { clientId: id, clientSecret: secret }
    if (usesBasic && (isTwice || (id !== undefined && credentials !== undefined))) {
      credentials = sameAsBody(header, id, secret)
      if (credentials === undefined) return yield* different
    }
    if (isTwice) yield* RequestContext.warned(sentTwice)
    if (credentials?.clientId === undefined) return yield* refused(noCredentials)

    const found = Option.getOrUndefined(yield* directory.installation(accountId, credentials.clientId))
    const hash = yield* digest.digest(Digest.sha256, Utf8.encode(credentials.clientSecret ?? ""))
    const vouched = yield* Vouched
    const isVouched = found !== undefined && vouched.client === found.clientId
    const isRight = Mac.timingSafeEqual(hash, found?.secretHash ?? noHash)
    if (found === undefined) return yield* refused("the account or the application is not known")
    if (found.secretHash === undefined) {
      if (pkce === "ignored") {
        const more = passesBy("pkce", "supported")
        return yield* refused(`the installation has no secret, and the dialect has no PKCE. ${more}`)
      }
      if (credentials.clientSecret !== undefined) return yield* refused("a secret, but the installation has none")
    } else if (!isVouched) {
      if (credentials.clientSecret === undefined) return yield* refused(noCredentials)
      if (!isRight) return yield* refused("wrong secret")
    }
    yield* RequestContext.isFrom({ accountId, clientId: found.clientId })
    return found
  })
})

/** Gives the installation that sent a request, or the failure to answer. */
export type ClientAuthentication = Effect.Success<typeof make>
