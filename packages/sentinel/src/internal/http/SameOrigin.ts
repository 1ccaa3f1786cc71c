/** Whether a form was sent by a page of Sentinel. */
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { Reachability } from "./Reachability.ts"
import { ShownError } from "./ShownError.ts"

const foreign = new ShownError({
  status: 403,
  error: "access_denied",
  description: "The form was sent by a page of another site.",
  remedy: "Go back to the application and start the sign-in again."
})

/**
 * Refuses a form of another origin. If the browser does not say where a form comes from, it passes, and the token of
 * the form decides.
 *
 * Our own pages have the referrer policy `no-referrer`, so that some browsers send `Origin: null` from them.
 */
export const check = (
  request: HttpServerRequest.HttpServerRequest,
  reachability: Reachability
): Effect.Effect<void, ShownError> =>
  reachability.senderOf(request) === "foreign" ? Effect.fail(foreign) : Effect.void
