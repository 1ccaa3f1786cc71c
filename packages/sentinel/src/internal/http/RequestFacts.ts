/**
 * What is known of a request while it is answered: its id, and which application sent it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as HttpServerRequest from "effect/http/HttpServerRequest"

/**
 * @since 0.1.0
 */
export interface RequestFacts {
  /** In the answer, on the error page and in every log line of the request (R94). */
  readonly id: string
  /** The error code of the answer, one of the few that we have. */
  error?: string
  /** An application that is known here, once it is found: never a text that only the request claims. */
  application?: { readonly accountId: string; readonly clientId: string }
}

/** By the request of the platform, which stays the same when a router or a middleware changes the request around it. */
const known = new WeakMap<object, RequestFacts>()

/** What a proxy in front of Sentinel may call a request. Nothing else can get into a log or an answer. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/

/**
 * Gives the facts of a request. Its id is that of `X-Request-Id` if it is well-formed, so that the lines of a proxy and of
 * Sentinel can be laid side by side; else it is made here. It proves nothing.
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<
  (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<RequestFacts>,
  never,
  SecureRandom.SecureRandom
> = Effect.map(SecureRandom.SecureRandom, (random) => (request) => {
  const found = known.get(request.source)
  if (found !== undefined) return Effect.succeed(found)
  const begin = (id: string): RequestFacts => {
    const facts = { id }
    known.set(request.source, facts)
    return facts
  }
  const given = request.headers["x-request-id"]
  return given !== undefined && wellFormed.test(given)
    ? Effect.sync(() => begin(given))
    : Effect.map(random.randomBytes(8), (bytes) => begin(Hex.encode(bytes)))
})

/**
 * Says which application a request is from.
 *
 * @since 0.1.0
 */
export const isFrom = (
  request: HttpServerRequest.HttpServerRequest,
  application: { readonly accountId: string; readonly clientId: string }
): void => {
  const facts = known.get(request.source)
  if (facts !== undefined) facts.application = application
}

/**
 * Says with which error code the request of the current fiber is refused. What was said first, nearer to the cause, stays.
 *
 * @since 0.1.0
 */
export const isRefused = (error: string): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const request = Context.getOrUndefined(
      fiber.context as Context.Context<HttpServerRequest.HttpServerRequest>,
      HttpServerRequest.HttpServerRequest
    )
    const facts = request === undefined ? undefined : known.get(request.source)
    if (facts !== undefined) facts.error ??= error
    return Effect.void
  })
