/**
 * The reasons for which agents are away. Programs of LivePerson's partners ask for them to find out whether a user's
 * token is good: 200, or else 401 or 403.
 *
 * @see LivePerson, Agent Status Reason API, "Agent status list"
 */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Handler } from "../http/RouteHandlers.ts"
import type { TokenCheck } from "./TokenCheck.ts"

/** Makes the handler. An account has no reasons here. LivePerson documents no scope with which app tokens open it. */
export const make =
  (check: TokenCheck): Handler =>
  (incoming) =>
    Effect.as(check(incoming, { scope: undefined }), HttpServerResponse.jsonUnsafe([], { headers: documentHeaders }))
