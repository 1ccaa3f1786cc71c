/**
 * Answers to what never becomes a request, as whole messages of HTTP/1.1. A listener writes them to the socket itself.
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import { notImplemented, ShownError } from "../http/ShownError.ts"
import * as ErrorPage from "./ErrorPage.ts"
import * as Page from "./Page.ts"

/** Why there is no request. */
export type Refusal = "headers_too_large" | "too_slow" | "malformed" | "unknown_method" | "not_tls"

/** The error for each refusal. */
export const errors: Readonly<Record<Refusal, ShownError>> = {
  headers_too_large: new ShownError({
    status: 431,
    error: "invalid_request",
    description: "The address and the headers are together larger than 16 KiB.",
    remedy: "Keep the value of state small. If a browser sends this, remove the cookies of this site."
  }),
  too_slow: new ShownError({
    status: 408,
    error: "invalid_request",
    description: "The request did not arrive in time.",
    remedy: "Send it again."
  }),
  malformed: new ShownError({
    status: 400,
    error: "invalid_request",
    description: "This is not a request of HTTP/1.1.",
    remedy: "Check what sends it, and the proxies in between."
  }),
  unknown_method: notImplemented,
  not_tls: new ShownError({
    status: 400,
    error: "invalid_request",
    description: "This port speaks https, and the request is plain http.",
    remedy: "Begin the address with https://."
  })
}

/** The reason phrases of the status lines (RFC 9110 section 15). */
const phrases: Readonly<Record<Refusal, string>> = {
  headers_too_large: "Request Header Fields Too Large",
  too_slow: "Request Timeout",
  malformed: "Bad Request",
  unknown_method: "Not Implemented",
  not_tls: "Bad Request"
}

const bodyOf = ({ body }: HttpServerResponse.HttpServerResponse): string =>
  body._tag === "Uint8Array" ? (body.text ?? new TextDecoder().decode(body.body)) : ""

/** Makes the function that gives the message. It has the page if `wantsPage`, else the JSON of OAuth 2.0. */
export const make: Effect.Effect<
  (refusal: Refusal, options: { readonly requestId: string; readonly wantsPage: boolean }) => string,
  never,
  Digest.Digest
> = Effect.map(Page.make, (render) => (refusal, options) => {
  const response = ErrorPage.answer(render, errors[refusal], options)
  const body = bodyOf(response)
  const headers = { ...response.headers, "content-length": Utf8.encode(body).length, connection: "close" }
  return [
    `HTTP/1.1 ${response.status} ${phrases[refusal]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    body
  ].join("\r\n")
})
