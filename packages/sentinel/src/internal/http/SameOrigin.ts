/**
 * Whether a form was sent by a page of Sentinel.
 *
 * @since 0.1.0
 */
import type { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { ShownError } from "./ShownError.ts"

const foreign = new ShownError({
  status: 403,
  error: "access_denied",
  description: "The form was sent by a page of another site.",
  remedy: "Go back to the application and start the sign-in again."
})

/**
 * Refuses a form of another origin by the headers that browsers add and pages cannot forge (Fetch Metadata, RFC 6454). A
 * browser that sends neither passes: then the token of the form decides.
 *
 * `Origin: null` says nothing: browsers send it from our own pages, too, since they have the referrer policy no-referrer.
 *
 * @since 0.1.0
 */
export const check = (
  request: HttpServerRequest.HttpServerRequest,
  publicOrigin: Origin
): Effect.Effect<void, ShownError> => {
  const site = request.headers["sec-fetch-site"]
  if (site !== undefined) return site === "same-origin" || site === "none" ? Effect.void : Effect.fail(foreign)
  const origin = request.headers["origin"]
  return origin === undefined || origin === "null" || origin === publicOrigin ? Effect.void : Effect.fail(foreign)
}
