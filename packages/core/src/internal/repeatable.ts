/** Which failures of a call to LivePerson may be followed by the same call. */
import * as Duration from "effect/Duration"
import type { DomainsError } from "../Domains.ts"
import type { RetryableFailure } from "../RetryPolicy.ts"
import type { TokenError } from "../TokenError.ts"
import * as TransportProblem from "../TransportProblem.ts"

/** Milliseconds after a failure while there still is a valid token: LivePerson's slow loop. */
export const slowLoop = Duration.toMillis("2 minutes")

/**
 * For a refresh: 429, 503 with `Retry-After`, and connections that were not made and may be later. After anything else
 * Sentinel may have acted, and a rotated refresh token that is sent again looks like theft (RFC 9700 section 4.14.2); a
 * 504 is a time-out of the gateway. With `doesNotRotate` also after every other 5xx, as for calls that can be made
 * twice.
 */
export const failureOf = (
  { operation, reason }: TokenError,
  { doesNotRotate = false }: { readonly doesNotRotate?: boolean } = {}
): RetryableFailure | undefined => {
  if (operation === "exchange") return undefined
  if (reason._tag === "RateLimited") return { _tag: "RateLimited", retryAfter: reason.retryAfter }
  if (reason._tag !== "Unavailable") return undefined
  const { retryAfter, sent, status, transport } = reason
  if (transport !== undefined) return TransportProblem.mayRepeat(transport) ? { _tag: "ServerError" } : undefined
  const mayComeTwice = operation !== "refresh" || doesNotRotate
  return !sent || (mayComeTwice && status !== undefined) ? { _tag: "ServerError", retryAfter } : undefined
}

/** For a look-up in the Domain API: what time alone may change. */
export const failureOfDomains = ({ reason }: DomainsError): RetryableFailure | undefined => {
  if (reason._tag !== "Unavailable") return undefined
  const { retryAfter, status, transport } = reason
  if (status === 429) return { _tag: "RateLimited", retryAfter }
  if (status !== undefined) return status >= 500 ? { _tag: "ServerError", retryAfter } : undefined
  return transport !== undefined && TransportProblem.mayRepeat(transport) ? { _tag: "ServerError" } : undefined
}
