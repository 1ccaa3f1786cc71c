/** A call to a service of LivePerson within its limits, whether a page asks for it or the application's own code. */
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as Transport from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import { type HttpClientError, isHttpClientError } from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** The limits that a program chooses. */
export interface Options {
  readonly maximumRequestSize?: ByteSize.Input | undefined
  readonly deadline?: Duration.Input | undefined
}

/** All limits of a call. */
export interface Limits {
  /** Of the request's body. */
  readonly request: ByteSize.ByteSize
  /** Of the answer's body. */
  readonly answer: ByteSize.ByteSize
  /** For the beginning of an answer, and for each pause in it. */
  readonly pause: Duration.Duration
  /** For the whole call. */
  readonly deadline: Duration.Duration
}

/** The limits in force. */
export const limitsOf = ({ deadline, maximumRequestSize }: Options): Effect.Effect<Limits> =>
  Effect.map(RequestLimits.RequestLimits, ({ maximumBodySize, timeout }) => {
    const pause = Duration.fromInputUnsafe(timeout)
    return {
      request: maximumRequestSize === undefined ? ByteSize.mebibytes(1) : ByteSize.fromInputUnsafe(maximumRequestSize),
      answer: ByteSize.fromInputUnsafe(maximumBodySize),
      pause,
      deadline: Duration.fromInputUnsafe(deadline ?? Duration.times(pause, 6))
    }
  })

/** A size in bytes. */
export const bytes = (size: ByteSize.ByteSize): number => Number(ByteSize.toBigInt(size))

/** Why a call has no answer, or not the whole of it. */
export type Reason =
  | TransportProblem.TransportProblem
  /** Something around the client would have followed a redirect, or the platform hides where one leads. */
  | { readonly _tag: "Redirected" }
  /** The caller does not want the answer any more. */
  | { readonly _tag: "Aborted" }

/** A call that failed. */
export class CallFailed extends Data.TaggedError("CallFailed")<{ readonly reason: Reason }> {
  /** For a server that prints what ends the body of an answer. */
  override get message(): string {
    const { reason } = this
    return `LivePerson's answer did not come, or not to its end: ${"message" in reason ? reason.message : reason._tag}`
  }
}

const failed = (reason: Reason) => new CallFailed({ reason })

/** An answer whose body comes while it is read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers.Headers
  /** Above the size it fails. Its end is that of the call. */
  readonly body: Stream.Stream<Uint8Array, CallFailed>
  /** Ends the call without its body. */
  readonly end: Effect.Effect<void>
}

/**
 * What calls end with, also those whose answers are not read. Without it they end at their deadline, which keeps a
 * process that has nothing else to do alive.
 */
export const CallsEndWith = Context.Reference<Scope.Scope | undefined>("@le-auth/web/CallsEndWith", {
  defaultValue: () => undefined
})

/** A call with a scope of its own, which always ends, so that the connection is released. */
const opening = Effect.fnUntraced(function* (
  deadline: Duration.Duration,
  late: () => CallFailed,
  signal: AbortSignal | undefined
) {
  const parent = yield* CallsEndWith
  const scope = yield* parent === undefined ? Scope.make() : Scope.fork(parent)
  const isOver = Deferred.makeUnsafe<never, CallFailed>()
  const end = Scope.close(scope, Exit.void)
  const stop = (error: CallFailed) => Effect.andThen(Deferred.fail(isOver, error), end)
  // Also if the answer is not read.
  const timer = yield* Effect.sleep(deadline).pipe(
    Effect.andThen(Effect.suspend(() => stop(late()))),
    Effect.forkDetach
  )
  const aborted = failed({ _tag: "Aborted" })
  const abort = () => void Effect.runFork(stop(aborted))
  if (signal?.aborted === true) yield* Deferred.fail(isOver, aborted)
  else signal?.addEventListener("abort", abort, { once: true })
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => {
      signal?.removeEventListener("abort", abort)
      timer.interruptUnsafe()
    })
  )
  return { scope, end, isOver: Deferred.await(isOver) }
})

/** Puts a token on the requests of a client: that of a session, or of the application itself. */
export type Authorize<E> = (
  client: HttpClient.HttpClient.With<HttpClientError | CallFailed, Scope.Scope>
) => HttpClient.HttpClient.With<HttpClientError | CallFailed | E, Scope.Scope>

/** Sends a request with a token. Whatever happens, the call ends. */
export const send = Effect.fnUntraced(function* <E>(options: {
  readonly client: HttpClient.HttpClient
  readonly authorize: Authorize<E>
  readonly request: HttpClientRequest
  /** Of the request, too. */
  readonly address: URL
  readonly limits: Limits
  readonly signal?: AbortSignal | undefined
}) {
  const { address, authorize, client, limits, request, signal } = options
  const most = bytes(limits.answer)
  let sent = false
  const problem = (tag: "AnswerTimeout" | "AnswerTooLarge", code?: string) =>
    failed(TransportProblem.make(tag, { host: address.host, sent, code }))
  const withoutRequest = (error: HttpClientError) => failed(Transport.problemOf(error))
  const late = () => problem("AnswerTimeout")
  const tooLarge = () => problem("AnswerTooLarge", ByteSize.format(limits.answer))
  const call = yield* opening(limits.deadline, late, signal)

  const staying = HttpClient.transform(
    client,
    (effect): Effect.Effect<HttpClientResponse, HttpClientError | CallFailed> => {
      sent = true
      return effect.pipe(
        Transport.withoutRedirects(address.href),
        Effect.map(Option.filter(({ status }) => status !== 0)),
        Effect.flatMap(
          Option.match({ onNone: () => Effect.fail(failed({ _tag: "Redirected" })), onSome: Effect.succeed })
        )
      )
    }
  )

  const receive = (response: HttpClientResponse): Effect.Effect<Answer, CallFailed> => {
    const { headers, status } = response
    if (Number(headers["content-length"] ?? 0) > most && request.method !== "HEAD") return Effect.fail(tooLarge())
    let size = 0
    const body = response.stream.pipe(
      Stream.catchReason("HttpClientError", "EmptyBodyError", () => Stream.empty),
      Stream.mapError(withoutRequest),
      Stream.timeoutOrElse({ duration: limits.pause, orElse: () => Stream.fail(late()) }),
      Stream.interruptWhen(call.isOver),
      Stream.tap((chunk) => {
        size += chunk.byteLength
        return size > most ? Effect.fail(tooLarge()) : Effect.void
      }),
      Stream.ensuring(call.end)
    )
    return Effect.succeed({ status, headers, body, end: call.end })
  }

  return yield* authorize(HttpClient.withScope(staying))
    .execute(request)
    .pipe(
      Scope.provide(call.scope),
      RetryPolicy.disabled,
      Effect.mapError((error) => (isHttpClientError(error) ? withoutRequest(error) : (error as CallFailed | E))),
      Effect.timeoutOrElse({ duration: limits.pause, orElse: () => Effect.fail(late()) }),
      Effect.raceFirst(call.isOver),
      Effect.flatMap(receive),
      Effect.onError(() => call.end)
    ) satisfies Effect.Effect<Answer, CallFailed | E>
})
