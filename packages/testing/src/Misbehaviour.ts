/**
 * What can go wrong between an application and Sentinel, for `TestSentinel.misbehave`.
 *
 * @since 0.1.0
 */
import type { TokenErrorCode } from "@le-auth/core/OAuthError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

type Answering = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/**
 * Answers one request in place of Sentinel. `usual` is Sentinel's own answer: it acts on the request only if `usual` is run.
 *
 * @example
 * ```ts
 * import type { Misbehaviour } from "@le-auth/testing/Misbehaviour"
 * import * as Effect from "effect/Effect"
 *
 * const twice: Misbehaviour = (usual) => Effect.andThen(usual, usual)
 * ```
 *
 * @since 0.1.0
 */
export type Misbehaviour = (usual: Answering, request: HttpClientRequest.HttpClientRequest) => Answering

/**
 * Another answer, with any status and body. Sentinel does not hear of the request.
 *
 * @since 0.1.0
 */
export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Misbehaviour =>
  (_, request) =>
    Effect.sync(() => {
      const contentType = headers["content-type"]
      const response = HttpServerResponse.text(body, { status, headers, ...(contentType && { contentType }) })
      return HttpServerResponse.toClientResponse(response, { request })
    })

/**
 * Another answer, as JSON.
 *
 * @since 0.1.0
 */
export const json = (
  value: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {}
): Misbehaviour => answer(status, JSON.stringify(value), { "content-type": "application/json", ...headers })

/**
 * 429: too many requests, with the seconds of `Retry-After` if given.
 *
 * @since 0.1.0
 */
export const tooManyRequests = (retryAfter?: number): Misbehaviour =>
  answer(429, "Too Many Requests", retryAfter === undefined ? {} : { "retry-after": String(retryAfter) })

/**
 * A 5xx in LivePerson's envelope, `{"error":{"message":…}}`. Default: 500.
 *
 * @since 0.1.0
 */
export const serverError = (status: 500 | 502 | 503 | 504 = 500): Misbehaviour =>
  json({ error: { message: "Internal error", internalCode: 17 } }, status)

/**
 * An error of OAuth 2.0 (RFC 6749 section 5.2), such as `invalid_grant`.
 *
 * @since 0.1.0
 */
export const oauthError = (error: TokenErrorCode, description?: string, status: 400 | 401 = 400): Misbehaviour =>
  json(description === undefined ? { error } : { error, error_description: description }, status)

/**
 * A page for people where JSON belongs, as a proxy or a captive portal sends it. Default status: 200.
 *
 * @since 0.1.0
 */
export const html = (status: number = 200): Misbehaviour =>
  answer(status, "<!doctype html><title>Sign in to the network</title>", { "content-type": "text/html; charset=utf-8" })

const broken = (request: HttpClientRequest.HttpClientRequest, code: string) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, cause: Object.assign(new Error(code), { code }) })
    })
  )

/**
 * No connection can be made, so the request was certainly not sent.
 *
 * @since 0.1.0
 */
export const refuseConnection: Misbehaviour = (_, request) => broken(request, "ECONNREFUSED")

/**
 * The connection breaks before Sentinel has read the request, which the application cannot know.
 *
 * @since 0.1.0
 */
export const dropConnection: Misbehaviour = (_, request) => broken(request, "ECONNRESET")

/**
 * Sentinel acts, and the connection breaks before its answer arrives: a code is spent, a refresh token rotated.
 *
 * @since 0.1.0
 */
export const loseAnswer: Misbehaviour = (usual, request) => Effect.andThen(usual, broken(request, "ECONNRESET"))

/**
 * Sentinel acts, and the connection breaks in the middle of its answer.
 *
 * @since 0.1.0
 */
export const truncateAnswer: Misbehaviour = (usual, request) =>
  Effect.gen(function* () {
    const response = yield* usual
    const bytes = new TextEncoder().encode(yield* response.text)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes.subarray(0, bytes.length / 2)),
      pull: (controller) => controller.error(Object.assign(new Error("terminated"), { code: "UND_ERR_SOCKET" }))
    })
    return HttpClientResponse.fromWeb(
      request,
      new Response(body, { status: response.status, headers: { ...response.headers } })
    )
  })

/**
 * Sentinel acts at once, and its answer arrives later, by the clock of the test.
 *
 * @since 0.1.0
 */
export const delayAnswer =
  (by: Duration.Input): Misbehaviour =>
  (usual) =>
    // Side by side: what Sentinel does takes no time by the clock of a test, though it takes some real time.
    Effect.map(Effect.all([usual, Effect.sleep(by)], { concurrency: 2 }), ([response]) => response)

/**
 * The request arrives later, by the clock of the test: until then Sentinel has not acted.
 *
 * @since 0.1.0
 */
export const delayRequest =
  (by: Duration.Input): Misbehaviour =>
  (usual) =>
    Effect.delay(usual, by)

/**
 * Nothing ever comes back. Sentinel has not acted.
 *
 * @since 0.1.0
 */
export const silence: Misbehaviour = () => Effect.never
