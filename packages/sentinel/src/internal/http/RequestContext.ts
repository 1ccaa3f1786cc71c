/**
 * What is known about a request while it is answered: its id, the application that sent it, why it is refused, what
 * happened on the way, and what a fault does to it.
 */
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Entry } from "../../JournalEntry.ts"
import type { Problem } from "./Problem.ts"

/** What a fault does to the state behind a request. */
export type StateFault = "expired-code" | "used-code" | "killed-session"

const none = Object.freeze({})

/** One for each request. It is written while the request is answered. */
export class RequestContext {
  /** The request of the platform. It stays the same when a router or a middleware changes the request around it. */
  readonly source: object
  /** Its place is the answer, the error page and every log line of the request (R94). */
  readonly id: string
  /** The path of ours that it has, and the parts of it that a request chooses. */
  route: string | undefined
  path: Readonly<Record<string, string | undefined>> = none
  /** The application, once it is found in the directory: never a text that only the request claims. */
  application: { readonly accountId: string; readonly clientId: string } | undefined
  /** The error code of the answer, from a closed list. */
  error: string | undefined
  /** The reason of a refusal, for people who run Sentinel. It is never part of an answer. */
  reason: string | undefined
  /** The reason for programs, as far as it has a name. */
  problem: Problem | undefined
  /** The reason why the login form is shown again, for the metrics and the log: the form itself is not an error. */
  loginFailure: string | undefined
  /** Departures from an RFC that were let through: constant texts, without a part of the request. */
  readonly warnings: Array<string> = []
  /** Sends an error to the application, once the authorization request is known to be valid. */
  sendBack: ((error: AuthorizationErrorCode, description: string) => HttpServerResponse.HttpServerResponse) | undefined

  /** Whether the members below are written, because the journal or a fault reads them. */
  isWatched = false
  readonly steps: Array<Entry["steps"][number]> = []
  client: string | undefined
  user: string | undefined
  /** The id of the fault that the request met. */
  fault: string | undefined
  stateFault: StateFault | undefined

  constructor(source: object, id: string) {
    this.source = source
    this.id = id
  }
}

/** The context of the current request; `undefined` outside of one. */
export const Current = Context.Reference<RequestContext | undefined>(
  "@le-auth/sentinel/internal/http/RequestContext/Current",
  { defaultValue: () => undefined }
)

/** The context of the current request, if it is watched. */
export const watched: Effect.Effect<RequestContext | undefined> = Effect.map(Current, (context) =>
  context?.isWatched === true ? context : undefined
)

/** The first characters of a hash or an id. They tell two of them apart for a person, and are of no use to a thief. */
export const short = (id: string): string => id.slice(0, 8)

/** The form of an id that a proxy in front of Sentinel may give. Nothing else gets into a log or an answer. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$/

/** An id is eight random bytes in hexadecimal, and that many are drawn at once. */
const idLength = 16
const drawn = 128

/**
 * Gives the context of the request: the current one, if it is of this request, or else a new one. In a test, what
 * answers a request may send another one. Most often it is there without a step of the fiber.
 *
 * A new one takes a well-formed id from `X-Request-Id`, so that the lines of a proxy and of Sentinel can be laid side
 * by side, or else has the next of those that were drawn. An id proves nothing.
 */
export const make: Effect.Effect<
  (request: HttpServerRequest.HttpServerRequest, current: RequestContext | undefined) => Effect.Effect<RequestContext>,
  never,
  SecureRandom.SecureRandom
> = Effect.map(SecureRandom.SecureRandom, (random) => {
  let ids = ""
  let used = 0
  const next = (source: object) => new RequestContext(source, ids.slice(used, (used += idLength)))
  return ({ headers, source }, current) => {
    if (current?.source === source) return Effect.succeed(current)
    const given = headers["x-request-id"]
    if (given !== undefined && wellFormed.test(given)) return Effect.succeed(new RequestContext(source, given))
    if (used < ids.length) return Effect.succeed(next(source))
    return Effect.map(random.randomBytes((idLength / 2) * drawn), (bytes) => {
      ids = Hex.encode(bytes)
      used = 0
      return next(source)
    })
  }
})

const note = (write: (context: RequestContext) => void): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const context = fiber.getRef(Current)
    if (context !== undefined) write(context)
    return Effect.void
  })

/** Notes the application that sent the request. */
export const isFrom = (application: { readonly accountId: string; readonly clientId: string }): Effect.Effect<void> =>
  note((context) => void (context.application = application))

/** Notes the error code and the reason of a refusal. The first note stays, since it is nearer to the cause. */
export const refused = (error: string, reason: string, problem?: Problem): Effect.Effect<void> =>
  note((context) => {
    if (context.error !== undefined) return
    context.error = error
    context.reason ??= reason
    context.problem = problem
  })

/**
 * Notes a departure from an RFC that is let through. `text` is a constant that names the section and, where there is
 * one, the point or the dialect that refuses it; it never holds a part of the request. The journal keeps it, and the
 * log has one warning for each request with any.
 */
export const warned = (text: string): Effect.Effect<void> =>
  Effect.flatMap(Current, (context) =>
    context === undefined ? Effect.logWarning(text) : Effect.sync(() => void context.warnings.push(text))
  )

/** Notes the reason why the login form is shown again. */
export const loginFailed = (failure: string): Effect.Effect<void> =>
  note((context) => void (context.loginFailure = failure))
