/**
 * How the calls to LivePerson travel: one request, bounded in time and size, and a typed reason if there is no answer.
 *
 * `NodeHttp.layer` of `@le-auth/node` and `FetchHttp.layer` give one; {@link layer} makes one from any `HttpClient`.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as Decoding from "./internal/decoding.ts"
import { RequestLimits } from "./RequestLimits.ts"
import * as TransportProblem from "./TransportProblem.ts"

/**
 * A request of le-auth to LivePerson.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly method: "GET" | "POST"
  readonly url: string
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/**
 * An answer of any status. A redirect is an answer: it is not followed. Status 0 is a redirect whose address is
 * hidden, as `fetch` has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly status: number
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

/**
 * One request, once. Whatever it is made of keeps to this:
 *
 * - It takes at most the time of `RequestLimits`, and stops when it is interrupted.
 * - The answer has at most the size of `RequestLimits`, counted after decoding. Identity coding is asked for, and any
 *   standard coding that comes all the same is read.
 * - Nothing is sent to another address than the one asked, and the answer of no other is believed.
 * - No trace headers leave, since the other side is another company. A tracer of the program's own gets a span of the
 *   kind "client".
 *
 * @category services
 * @since 0.1.0
 */
export class Transport extends Context.Service<
  Transport,
  {
    /** Sends a request and gives its answer, whatever the status is. */
    readonly send: (request: Request) => Effect.Effect<Answer, TransportProblem.TransportProblem>
  }
>()("@le-auth/core/Transport") {}

const host = (url: string): string => URL.parse(url)?.host ?? ""

/**
 * The problem that an error of an `HttpClient` is, without the request that such an error carries.
 *
 * @category constructors
 * @since 0.1.0
 */
export const problemOf = (error: HttpClientError): TransportProblem.TransportProblem =>
  TransportProblem.fromCause(error.reason, { host: host(error.request.url) })

/** Thrown before a request to another address than the one asked goes out. */
const isElsewhere = Symbol("elsewhere")

const elsewhere: Answer = { status: 0, headers: {}, body: "" }

/** fetch follows by itself. Workers do not have "error". */
const notFollowing = (init: globalThis.RequestInit | undefined): globalThis.RequestInit => ({
  ...init,
  redirect: "manual"
})

/**
 * Also where something around the client has options for fetch of its own, which win over those that are given to the
 * request.
 */
const keepFromFollowing = (): void => {
  const fiber = Fiber.getCurrent()
  const init = fiber && Context.getOrUndefined(fiber.context, FetchHttpClient.RequestInit)
  if (init === undefined || init.redirect === "manual") return
  fiber!.setContext(Context.add(fiber!.context, FetchHttpClient.RequestInit, notFollowing(init)))
}

/**
 * Sends a request to its address and to no other, whatever is wrapped around the client, such as effect's
 * `followRedirects`. None where it would have gone elsewhere. No trace headers leave.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutRedirects =
  (address: string) =>
  <A, E, R>(send: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> =>
    Effect.withFiber((fiber) => {
      // Effect's own tracer exports nothing, so the client's span would not be seen.
      const traced = fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer && !fiber.getRef(Tracer.DisablePropagation)
      const init = Context.getOrUndefined(fiber.context, FetchHttpClient.RequestInit)
      const context = Context.make(HttpClient.TracerPropagationEnabled, false).pipe(
        Context.add(Tracer.DisablePropagation, false),
        // Every client of effect asks this of each request that it sends, also of one that something around it made
        // from a redirect.
        Context.add(HttpClient.TracerDisabledWhen, (request) => {
          if (Option.getOrUndefined(HttpClientRequest.toUrl(request))?.href !== address) throw isElsewhere
          keepFromFollowing()
          return !traced
        }),
        Context.add(FetchHttpClient.RequestInit, notFollowing(init))
      )
      return send.pipe(
        Effect.asSome,
        Effect.catchDefect((defect) => (defect === isElsewhere ? Effect.succeedNone : Effect.die(defect))),
        Effect.provideContext(context)
      )
    })

/** Counted while it comes, since neither fetch nor undici stops at a size. */
const bodyOf = (response: HttpClientResponse, most: number, tooLarge: TransportProblem.TransportProblem) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEachArray(response.stream, (more) => {
      for (const chunk of more) {
        size += chunk.byteLength
        if (size > most) return Effect.fail(tooLarge)
        chunks.push(chunk)
      }
      return Effect.void
    }).pipe(
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.void),
      Effect.map(() => Decoding.joined(chunks, size))
    )
  })

/**
 * A transport over a client. Nothing that is wrapped around it leads a call elsewhere, such as effect's
 * `followRedirects`: a client of effect sends nothing to another address, and an answer from another address counts as
 * a redirect for any other client.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (client: HttpClient.HttpClient): Transport["Service"] => ({
  send: (sent) =>
    Effect.withFiber((fiber) => {
      const limits = fiber.getRef(RequestLimits)
      const limit = ByteSize.fromInputUnsafe(limits.maximumBodySize)
      const most = Number(ByteSize.toBigInt(limit))
      const url = URL.parse(sent.url)
      const about = { host: url?.host ?? "", sent: true }
      const problem = (tag: TransportProblem.TransportProblem["_tag"], code?: string) =>
        TransportProblem.make(tag, { ...about, ...(code === undefined ? {} : { code }) })
      const tooLarge = problem("AnswerTooLarge", ByteSize.format(limit))
      const address = url?.href ?? ""

      const { "content-type": contentType, ...headers } = sent.headers
      const bare = HttpClientRequest.make(sent.method)(sent.url, {
        headers: { "accept-encoding": "identity", ...headers }
      })
      const request = sent.body === undefined ? bare : HttpClientRequest.bodyText(bare, sent.body, contentType)

      const receive = (response: HttpClientResponse) => {
        if ((response.url || response.request.url) !== address || response.status === 0)
          return Effect.succeed(elsewhere)
        return bodyOf(response, most, tooLarge).pipe(
          Effect.flatMap((bytes) =>
            Decoding.decoded(bytes, response.headers["content-encoding"], most, {
              tooLarge: () => tooLarge,
              undecodable: (coding) => problem("Undecodable", coding)
            })
          ),
          Effect.map((body): Answer => ({ status: response.status, headers: response.headers, body }))
        )
      }
      return client.execute(request).pipe(
        Effect.flatMap(receive),
        withoutRedirects(address),
        Effect.map(Option.getOrElse(() => elsewhere)),
        Effect.mapError((error) =>
          error._tag === "HttpClientError" ? TransportProblem.fromCause(error.reason, { host: about.host }) : error
        ),
        // Interruptible also inside an uninterruptible region, so that the time limit works there.
        Effect.interruptible,
        Effect.timeoutOrElse({ duration: limits.timeout, orElse: () => Effect.fail(problem("AnswerTimeout")) })
      )
    })
})

/**
 * Over the `HttpClient` of the context.
 *
 * @example
 * ```ts
 * import * as Transport from "@le-auth/core/Transport"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const TransportLive = Transport.layer.pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Transport, never, HttpClient.HttpClient> = Layer.effect(
  Transport,
  Effect.map(HttpClient.HttpClient, make)
)
