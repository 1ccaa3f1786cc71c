/** Carries out what a fault does to an answer and its connection. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import { hasContent } from "../http/answerParts.ts"
import { parametersOf } from "../http/Query.ts"
import { Disconnect } from "../http/Disconnect.ts"
import type { RequestContext } from "../http/RequestContext.ts"
import { tokenHeaders } from "../token/OAuthFailure.ts"
import type { Action, Behaviour } from "../../Fault.ts"
import { isAuthorizationErrorCode } from "./errorCodes.ts"

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse>

const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
  if (!hasContent(status)) return HttpServerResponse.empty({ status, headers })
  const contentType = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1]
  return HttpServerResponse.text(body, { status, headers, ...(contentType !== undefined && { contentType }) })
}

const json = (status: number, body: object) =>
  answer(status, JSON.stringify(body), { ...tokenHeaders, "content-type": "application/json" })

const reasons: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout"
}

const captivePortal = "<!doctype html><title>Sign in to the network</title>"

/** An error in place of the code or of the login page. Whatever Sentinel itself refuses, and how, stays as it is. */
const sentBack = (
  response: HttpServerResponse.HttpServerResponse,
  { sendBack }: RequestContext,
  error: AuthorizationErrorCode,
  description = "A fault of Sentinel."
): HttpServerResponse.HttpServerResponse => {
  const location = response.headers["location"]
  return sendBack === undefined || location === undefined || parametersOf(location).has("error")
    ? response
    : sendBack(error, description)
}

/** Half of the answer under the length of the whole, so that who reads it sees that it breaks off. */
const truncated = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  const bytes = body._tag === "Uint8Array" ? body.body : new Uint8Array()
  const half = Stream.make(bytes.subarray(0, Math.floor(bytes.length / 2)))
  // A server writes the half in its next turn, and what was not written is lost when it closes the connection.
  const broken = Stream.concat(
    half,
    Stream.unwrap(Effect.as(Effect.yieldNow, Stream.fail(new Error("The answer was truncated by a fault"))))
  )
  const contentType = response.headers["content-type"]
  return HttpServerResponse.setBody(response, HttpBody.stream(broken, contentType, bytes.length))
}

/** The answer to a request that meets an action. `rotate` makes a new signing key. */
export const perform = (
  action: Action | Behaviour,
  usual: Answer,
  parts: {
    readonly request: HttpServerRequest.HttpServerRequest
    readonly route: string
    readonly context: RequestContext
    readonly rotate: Effect.Effect<unknown>
  }
): Answer => {
  const { request, context } = parts
  if (typeof action === "function") return action(usual, request)
  const disconnect = Effect.flatMap(Disconnect, (disconnect) => disconnect(request))
  switch (action.type) {
    case "oauth-error": {
      const { description, error } = action
      if (parts.route === "authorize" && action.status === undefined && isAuthorizationErrorCode(error)) {
        return Effect.map(usual, (response) => sentBack(response, context, error, description))
      }
      const status = action.status ?? 400
      return Effect.succeed(
        json(status, description === undefined ? { error } : { error, error_description: description })
      )
    }
    case "too-many-requests":
      return Effect.succeed(
        answer(
          429,
          "Too Many Requests",
          action.retry_after === undefined ? {} : { "retry-after": String(action.retry_after) }
        )
      )
    case "server-error": {
      const status = action.status ?? 500
      return Effect.succeed(answer(status, reasons[status] ?? "Error"))
    }
    case "liveperson-error":
      return Effect.succeed(
        json(action.status ?? 500, {
          error: { message: action.message ?? "Internal error", internalCode: action.internal_code ?? 17 }
        })
      )
    case "html":
      return Effect.succeed(answer(action.status ?? 200, captivePortal, { "content-type": "text/html; charset=utf-8" }))
    case "answer":
      return Effect.succeed(answer(action.status, action.body ?? "", action.headers))
    case "silence":
      return Effect.interruptible(Effect.never)
    case "delay": {
      const waiting = Effect.interruptible(Effect.sleep(Duration.toMillis(action.by)))
      // Side by side: what Sentinel does takes no time by the clock of a test, though it takes some real time.
      return action.after === true
        ? Effect.map(Effect.all([usual, waiting], { concurrency: 2 }), ([response]) => response)
        : Effect.andThen(waiting, usual)
    }
    case "drop-connection":
      return action.after === true ? Effect.andThen(usual, disconnect) : disconnect
    case "truncate":
      return Effect.map(usual, truncated)
    case "expired-code":
    case "used-code":
    case "killed-session":
      context.stateFault = action.type
      return usual
    case "rotated-key":
      return Effect.andThen(parts.rotate, usual)
  }
}
