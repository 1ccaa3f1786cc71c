/** One bounded request over undici's dispatcher: what its callbacks say, as an answer or a typed problem. */
import type * as Undici from "@effect/platform-node/Undici"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import type * as Transport from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Codings from "./codings.ts"

/** A timer cannot wait longer. */
const longest = 2 ** 31 - 1

type Limits = (typeof RequestLimits)["Service"]

interface Read {
  readonly limits: Limits
  readonly allowed: string
  readonly most: number
  readonly milliseconds: number
}

const read = (limits: Limits): Read => {
  const size = ByteSize.fromInputUnsafe(limits.maximumBodySize)
  const milliseconds = Math.min(Duration.toMillis(Duration.fromInputUnsafe(limits.timeout)), longest)
  return { limits, allowed: ByteSize.format(size), most: Number(ByteSize.toBigInt(size)), milliseconds }
}

/**
 * `proxyOf` names the proxy on the way to an address. Whether the request was sent is known here, and not guessed:
 * undici tells when it begins to write.
 */
export const make = (
  dispatcher: Undici.Dispatcher,
  proxyOf: (url: URL) => string | undefined
): Transport.Transport["Service"]["send"] => {
  // A program has the same limits for all of its calls.
  let last: Read | undefined
  return ({ body, headers, method, url: address }) =>
    Effect.withFiber((fiber) => {
      const url = new URL(address)
      const limits = fiber.getRef(RequestLimits)
      if (last?.limits !== limits) last = read(limits)
      const { allowed, most, milliseconds } = last

      return Effect.callback<Transport.Answer, TransportProblem.TransportProblem>((resume) => {
        let controller: Undici.Dispatcher.DispatchController | undefined
        let isOver = false
        let status = 0
        let answered: Undici.Dispatcher.ResponseData["headers"] = {}
        let size = 0
        const chunks: Array<Buffer> = []

        const about = () => ({ host: url.host, proxy: proxyOf(url), sent: controller !== undefined })
        const problem = (tag: TransportProblem.TransportProblem["_tag"], code?: string) =>
          TransportProblem.make(tag, { ...about(), code })
        const end = (outcome: Effect.Effect<Transport.Answer, TransportProblem.TransportProblem>) => {
          if (isOver) return
          isOver = true
          clearTimeout(timer)
          // undici frees the connection in the next turn of the event loop: a request that follows in this one would
          // open another.
          queueMicrotask(() => setImmediate(() => resume(outcome)))
        }
        /** What is left of the request goes with its connection. */
        const abort = () => controller?.abort(new Error("The answer is not wanted any more"))
        const giveUp = (why: TransportProblem.TransportProblem) => {
          end(Effect.fail(why))
          abort()
        }
        const tooLarge = () => problem("AnswerTooLarge", allowed)
        const timer = setTimeout(
          () => giveUp(problem(controller === undefined ? "ConnectTimeout" : "AnswerTimeout")),
          milliseconds
        )

        try {
          dispatcher.dispatch(
            {
              origin: url.origin,
              path: url.pathname + url.search,
              method,
              headers: { "accept-encoding": "identity", ...headers },
              body: body ?? null,
              // The time limit is ours, for all of it.
              headersTimeout: 0,
              bodyTimeout: 0
            },
            {
              onRequestStart(started) {
                if (isOver) return void started.abort(new Error("The request is not wanted any more"))
                controller = started
              },
              onRequestUpgrade(_, __, ___, socket) {
                socket.destroy()
                end(Effect.fail(problem("UnknownProblem", "upgrade")))
              },
              onResponseStart(_, code, received) {
                // What comes before the answer (100, 103) is none.
                if (code < 200) return
                status = code
                answered = received
                if (Number(received["content-length"] ?? 0) > most) giveUp(tooLarge())
              },
              onResponseData(_, chunk) {
                size += chunk.length
                if (size > most) return giveUp(tooLarge())
                chunks.push(chunk)
              },
              onResponseEnd() {
                if (isOver) return
                const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
                const text = Codings.decoded(whole, answered["content-encoding"], most)
                if (text === "too large") return end(Effect.fail(tooLarge()))
                end(
                  typeof text === "string"
                    ? Effect.fail(problem("Undecodable", text))
                    : Effect.succeed({ status, headers: answered, body: text.body })
                )
              },
              onResponseError(_, error) {
                end(Effect.fail(TransportProblem.fromCause(error, about())))
              }
            }
          )
        } catch (error) {
          end(Effect.fail(TransportProblem.fromCause(error, about())))
        }

        return Effect.sync(() => {
          isOver = true
          clearTimeout(timer)
          abort()
        })
      })
    })
}
