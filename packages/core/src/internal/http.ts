/**
 * One bounded HTTP call: a time limit, a limit on the answer's size, and a failure that holds nothing of the request.
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { RequestLimits } from "../RequestLimits.ts"

/** No answer. An `HttpClientError` is never passed on: it carries the request, and that the client secret. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  readonly timedOut: boolean
  /** Whether the request may have reached the other side, which may then have acted on it. */
  readonly sent: boolean
  readonly problem: string
}> {}

export interface Answer {
  readonly status: number
  readonly contentType: string
  /** The seconds of `Retry-After`, if the answer has one that can be read. */
  readonly retryAfter: number | undefined
  readonly body: string
}

/** The codes of Node, undici and the resolver for a connection that was never made. */
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

const codesOf = (error: unknown): ReadonlyArray<unknown> =>
  Predicate.hasProperty(error, "cause") && error.cause !== error
    ? [Predicate.hasProperty(error, "code") ? error.code : undefined, ...codesOf(error.cause)]
    : [Predicate.hasProperty(error, "code") ? error.code : undefined]

const problemOf = (error: HttpClientError): NoAnswer => {
  const connected = !codesOf(error).some((code) => notConnected.has(String(code)))
  const isTransport = error.reason._tag === "TransportError"
  return new NoAnswer({
    timedOut: false,
    sent: connected,
    problem: !connected
      ? "no connection could be made"
      : isTransport
        ? "the connection broke"
        : "its answer could not be received"
  })
}

/** The other side is another company: it gets no trace ids of ours. */
const contextFor = (traced: boolean): Context.Context<never> =>
  Context.make(HttpClient.TracerPropagationEnabled, false).pipe(
    Context.add(HttpClient.TracerDisabledWhen, () => !traced)
  )
const tracedContext = contextFor(true)
const untracedContext = contextFor(false)

/** Counted while it comes, since neither fetch nor undici stops at a size. */
const bodyOf = (
  response: HttpClientResponse,
  limit: ByteSize.ByteSize
): Effect.Effect<string, HttpClientError | NoAnswer> =>
  Effect.suspend(() => {
    const most = Number(ByteSize.toBigInt(limit))
    const decoder = new TextDecoder()
    let size = 0
    let text = ""
    const add = (chunks: ReadonlyArray<Uint8Array>) => {
      for (const chunk of chunks) {
        size += chunk.byteLength
        if (size > most) {
          const problem = `its answer is larger than ${ByteSize.format(limit)}`
          return Effect.fail(new NoAnswer({ timedOut: false, sent: true, problem }))
        }
        text += decoder.decode(chunk, { stream: true })
      }
      return Effect.void
    }
    return Stream.runForEachArray(response.stream, add).pipe(
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.void),
      Effect.map(() => text + decoder.decode())
    )
  })

/** Seconds, or a date (RFC 9110 section 10.2.3). */
const secondsOf = (retryAfter: string | undefined, now: number): number | undefined => {
  if (retryAfter === undefined) return undefined
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter)
  const date = /^[a-z]{3,9},? .+ gmt$/i.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

const receive = (
  response: HttpClientResponse,
  limit: ByteSize.ByteSize
): Effect.Effect<Answer, HttpClientError | NoAnswer> =>
  Effect.flatMap(bodyOf(response, limit), (body) =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      status: response.status,
      contentType: response.headers["content-type"] ?? "",
      retryAfter: secondsOf(response.headers["retry-after"], now),
      body
    }))
  )

const call = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Answer, NoAnswer> =>
  Effect.withFiber((fiber) => {
    const limits = fiber.getRef(RequestLimits)
    const limit = ByteSize.fromInputUnsafe(limits.maximumBodySize)
    // Effect's own tracer exports nothing, so nobody could see the span that the client would make.
    const traced = fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer
    return client.execute(request).pipe(
      Effect.flatMap((response) => receive(response, limit)),
      Effect.provideContext(traced ? tracedContext : untracedContext),
      Effect.mapError((error) => (error._tag === "NoAnswer" ? error : problemOf(error))),
      // Interruptible also inside an uninterruptible region, so that the time limit works there.
      Effect.interruptible,
      Effect.timeoutOrElse({
        duration: limits.timeout,
        orElse: () => Effect.fail(new NoAnswer({ timedOut: true, sent: true, problem: "it did not answer in time" }))
      })
    )
  })

export const get = (client: HttpClient.HttpClient, address: string): Effect.Effect<Answer, NoAnswer> =>
  call(client, HttpClientRequest.get(address, { accept: "application/json" }))

export const postForm = (
  client: HttpClient.HttpClient,
  address: string,
  form: Record<string, string>
): Effect.Effect<Answer, NoAnswer> =>
  call(
    client,
    HttpClientRequest.post(address, { accept: "application/json" }).pipe(
      HttpClientRequest.bodyText(
        new URLSearchParams(form).toString(),
        "application/x-www-form-urlencoded;charset=UTF-8"
      )
    )
  )

/** The body as JSON; `undefined` if it is none. */
export const json = (answer: Answer): unknown => {
  try {
    return JSON.parse(answer.body)
  } catch {
    return undefined
  }
}
