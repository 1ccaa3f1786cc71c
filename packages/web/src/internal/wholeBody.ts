/** The whole body of a request as it came in, byte by byte. */
import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { InvalidArgument } from "../InvalidArgument.ts"
import { invalid } from "./invalid.ts"
import { bytes, type Limits } from "./outgoing.ts"

/** The bytes of a stream. A large one has an error of its own, and so have chunks of another type. */
export const collect = <E, T, N>(
  stream: Stream.Stream<unknown, E>,
  options: { readonly most: number; readonly tooLarge: T; readonly notBytes: N }
): Effect.Effect<Uint8Array, E | T | N> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  return stream.pipe(
    Stream.runForEach((chunk): Effect.Effect<void, T | N> => {
      if (!(chunk instanceof Uint8Array)) return Effect.fail(options.notBytes)
      size += chunk.byteLength
      chunks.push(chunk)
      return size > options.most ? Effect.fail(options.tooLarge) : Effect.void
    }),
    Effect.andThen(Effect.promise(() => new Blob(chunks as Array<BlobPart>).arrayBuffer())),
    Effect.map((buffer) => new Uint8Array(buffer))
  )
}

/** What is used of a request of `node:http`. */
interface NodeBody {
  readonly on: (event: string, listener: (value: unknown) => void) => unknown
  readonly off: (event: string, listener: (value: unknown) => void) => unknown
  readonly destroyed?: boolean | undefined
}

const isNodeBody = (request: unknown): request is NodeBody =>
  Predicate.hasProperty(request, "on") &&
  Predicate.isFunction(request.on) &&
  Predicate.hasProperty(request, "off") &&
  Predicate.isFunction(request.off)

/**
 * The body of a request of `node:http`. Its own iterator would cut the connection where a body is too large, so that
 * the answer could not be sent.
 */
const ofNode = (request: NodeBody): ReadableStream<unknown> => {
  let leave = () => {}
  return new ReadableStream<unknown>({
    start: (controller) => {
      const broken = () => {
        leave()
        controller.error(new Error("The connection broke"))
      }
      const listeners: Readonly<Record<string, (value: unknown) => void>> = {
        data: (chunk) => controller.enqueue(chunk),
        end: () => {
          leave()
          controller.close()
        },
        error: broken,
        close: broken
      }
      leave = () => {
        for (const [event, listener] of Object.entries(listeners)) request.off(event, listener)
      }
      if (request.destroyed === true) return broken()
      for (const [event, listener] of Object.entries(listeners)) request.on(event, listener)
    },
    cancel: () => leave()
  })
}

/** Of whatever realm or runtime. */
const isStream = (body: unknown): body is ReadableStream<unknown> =>
  Predicate.hasProperty(body, "getReader") && Predicate.isFunction(body.getReader)

/** The errors of a request's body. */
export interface Errors<E> {
  readonly tooLarge: (most: string) => E
  /** It broke, or took too long. */
  readonly incomplete: (why: string) => E
  /** What a program is told that has let something read the body. */
  readonly alreadyRead: string
}

/** The body of a request of the web or of `node:http`, or what a parser has kept of it. */
export const of = <E>(
  request: unknown,
  limits: Limits,
  errors: Errors<E>
): Effect.Effect<Uint8Array, E | InvalidArgument> =>
  Effect.suspend((): Effect.Effect<Uint8Array, E | InvalidArgument> => {
    const most = bytes(limits.request)
    const tooLarge = errors.tooLarge(ByteSize.format(limits.request))
    const kept = IncomingRequest.keptBody(request)
    if (kept !== undefined) return kept.byteLength > most ? Effect.fail(tooLarge) : Effect.succeed(kept)
    if (IncomingRequest.isRead(request)) return Effect.fail(invalid("request", errors.alreadyRead))
    const broken = errors.incomplete("the connection broke before its end")
    const read = (body: ReadableStream<unknown>) =>
      collect(Stream.fromReadableStream({ evaluate: () => body, onError: () => broken }), {
        most,
        tooLarge,
        notBytes: invalid("request", errors.alreadyRead)
      }).pipe(
        Effect.timeoutOrElse({
          duration: limits.pause,
          orElse: () => Effect.fail(errors.incomplete(`it does not end within ${Duration.format(limits.pause)}`))
        })
      )
    if (isNodeBody(request)) return read(ofNode(request))
    const body = Predicate.hasProperty(request, "body") ? request.body : undefined
    if (isStream(body)) return read(body)
    if (body === null) return Effect.succeed(new Uint8Array())
    return Effect.fail(
      invalid("request", "hand over the request of the web or of node:http, or { headers, rawBody } with the bytes.")
    )
  })
