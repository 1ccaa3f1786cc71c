/**
 * Keeps web pages away from the control, which listens on loopback and asks for no password (R90).
 *
 * A page of another site can send requests to loopback, and by DNS rebinding even be "of the same origin" as it. So the
 * address in `Host` must be one that only this computer resolves, the browser must not say that the page is of another
 * site, and a change needs a header or a content type that a page cannot send without asking first; the control never
 * answers that question.
 */
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ControlAnswers from "./ControlAnswers.ts"
import { controlHeader } from "../../ControlApi.ts"

const refuse = (problem: string) => HttpServerResponse.jsonUnsafe({ _tag: "Forbidden", problem }, { status: 403 })

const isChange = (method: string): boolean => method !== "GET" && method !== "HEAD"

const isJson = (contentType: string | undefined): boolean =>
  (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase() === "application/json"

/** Why a request is refused; `undefined` if it is not. `hosts` are the exact values of `Host` that are accepted. */
export const problemOf = (
  { headers, method }: Pick<HttpServerRequest.HttpServerRequest, "headers" | "method">,
  hosts: ReadonlySet<string>
): string | undefined => {
  const host = headers["host"]
  if (host === undefined || !hosts.has(host.toLowerCase())) {
    return `The control answers only at ${[...hosts].join(", ")}.`
  }
  const own = `http://${host}`
  const { origin = own } = headers
  // The control has one origin only, so both headers must agree that it is its own.
  if (FetchMetadata.senderOf(headers, own) === "foreign" || origin !== own) {
    return "The request comes from a page of another origin."
  }
  return isChange(method) && headers[controlHeader] === undefined && !isJson(headers["content-type"])
    ? `A change needs the header ${controlHeader}: 1 or the content type application/json.`
    : undefined
}

/** Refuses before any route is looked for and before anything of a body is read. */
export const layer = (hosts: ReadonlySet<string>) =>
  HttpRouter.middleware(
    Effect.succeed((app) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const problem = problemOf(request, hosts)
        return Effect.map(
          problem === undefined ? ControlAnswers.answer(request, app) : Effect.succeed(refuse(problem)),
          HttpServerResponse.setHeaders(documentHeaders)
        )
      })
    ),
    { global: true }
  )
