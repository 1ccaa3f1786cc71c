/**
 * What Sentinel answers to what never becomes a request, how it counts it, and that it hears when its port is about to close: the hooks of
 * `NodeListener` of `@le-auth/node`.
 *
 * @since 0.1.0
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Context from "effect/Context"
import type * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as RequestMetrics from "./internal/operations/RequestMetrics.ts"
import { notImplemented, ShownError } from "./internal/http/ShownError.ts"
import * as ErrorPage from "./internal/page/ErrorPage.ts"
import * as Page from "./internal/page/Page.ts"
import { Stopping } from "./Stopping.ts"

/**
 * @since 0.1.0
 */
export type Reason = Exclude<RequestMetrics.Refusal, "too_many">

const errors: Readonly<Record<Reason, { readonly error: ShownError; readonly phrase: string }>> = {
  headers_too_large: {
    phrase: "Request Header Fields Too Large",
    error: new ShownError({
      status: 431,
      error: "invalid_request",
      description: "The address and the headers are together larger than 16 KiB.",
      remedy: "Keep the value of state small. If it is a browser that sends so much, remove the cookies of this site."
    })
  },
  too_slow: {
    phrase: "Request Timeout",
    error: new ShownError({
      status: 408,
      error: "invalid_request",
      description: "The request did not arrive in time.",
      remedy: "Send it again."
    })
  },
  malformed: {
    phrase: "Bad Request",
    error: new ShownError({
      status: 400,
      error: "invalid_request",
      description: "This is not a request of HTTP/1.1.",
      remedy: "Check what sends it, and the proxies in between."
    })
  },
  unknown_method: { phrase: "Not Implemented", error: notImplemented }
}

const bodyOf = ({ body }: HttpServerResponse.HttpServerResponse): string =>
  body._tag === "Uint8Array" ? (body.text ?? new TextDecoder().decode(body.body)) : ""

/**
 * Gives the whole answer as a message of HTTP/1.1, counts it and logs it. `wantsPage` if a browser seems to ask.
 *
 * @since 0.1.0
 */
const refusals: Effect.Effect<
  (reason: Reason, wantsPage: boolean) => Effect.Effect<string>,
  never,
  Digest.Digest | SecureRandom.SecureRandom
> = Effect.gen(function* () {
  const random = yield* SecureRandom.SecureRandom
  const render = yield* Page.make
  const context = yield* Effect.context<never>()

  return Effect.fnUntraced(function* (reason, wantsPage) {
    const { error, phrase } = errors[reason]
    const requestId = Hex.encode(yield* random.randomBytes(8))
    RequestMetrics.refused(reason, context)
    yield* Effect.logInfo(`refused: ${error.description}`).pipe(
      Effect.annotateLogs({ requestId, status: error.status, error: error.error })
    )
    const response = ErrorPage.answer(render, error, { requestId, wantsPage })
    const body = bodyOf(response)
    const headers = { ...response.headers, "content-length": Utf8.encode(body).length, connection: "close" }
    return [
      `HTTP/1.1 ${error.status} ${phrase}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      body
    ].join("\r\n")
  })
})

/**
 * @since 0.1.0
 */
export interface ListenerHooks {
  readonly refused: (reason: Reason, wantsPage: boolean) => Effect.Effect<string>
  readonly dropped: () => void
  readonly draining: () => void
}

/**
 * Makes the hooks. When the port is about to close, `/health/ready` turns red, if the context has a `Stopping` of this Sentinel, such as that
 * of `Stopping.layer`.
 *
 * @example
 * ```ts
 * import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
 * import * as Stopping from "@le-auth/sentinel/Stopping"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * declare const serve: (hooks: ListenerHooks.ListenerHooks) => Layer.Layer<never>
 *
 * export const server = Layer.provide(Layer.unwrap(Effect.map(ListenerHooks.make, serve)), Stopping.layer)
 * ```
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<ListenerHooks, never, Digest.Digest | SecureRandom.SecureRandom> = Effect.gen(
  function* () {
    const context = yield* Effect.context<never>()
    const stopping = Context.getOrUndefined(context, Stopping)
    const refused = yield* refusals
    return {
      refused: (reason, wantsPage) => Effect.provideContext(refused(reason, wantsPage), context),
      dropped: () => RequestMetrics.refused("too_many", context),
      draining: () => {
        if (stopping !== undefined) stopping.hasBegun = true
      }
    }
  }
)

export { Disconnect } from "./internal/http/Disconnect.ts"
