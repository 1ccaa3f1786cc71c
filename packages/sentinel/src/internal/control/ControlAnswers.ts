/**
 * Rules for all requests to the control, whatever their path: how many bytes may be sent, and an answer in JSON also
 * where there is no such address.
 */
import { siteFiles } from "@le-auth/core/shared/SiteFiles"
import * as ByteSize from "effect/ByteSize"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import * as RouteHandlers from "../http/RouteHandlers.ts"
import { ControlApi } from "../../ControlApi.ts"
import {
  BodyTooLarge,
  InternalError,
  InvalidChange,
  NotJson,
  NotThere,
  UnreadableBody,
  WrongMethod
} from "../../ControlError.ts"
import { internalError } from "./failures.ts"

/**
 * The most that a body may have, counted while it is read, since `Content-Length` can lie or be absent. A configuration
 * and a whole state have all users, sessions and tokens in them; everything else is a few lines.
 */
export const limits = { whole: ByteSize.mebibytes(32), other: ByteSize.kibibytes(64) }

const wholes: ReadonlySet<string> = new Set(["/control/state", "/control/configuration"])

const pathOf = (url: string): string => url.split("?", 1)[0]!

const limitOf = ({ method, url }: HttpServerRequest.HttpServerRequest): ByteSize.ByteSize =>
  method === "PUT" && wholes.has(pathOf(url)) ? limits.whole : limits.other

/** The paths of the contract as patterns, with the methods that they take. */
const paths: ReadonlyMap<string, { readonly pattern: RegExp; readonly methods: Array<string> }> = (() => {
  const found = new Map<string, { readonly pattern: RegExp; readonly methods: Array<string> }>()
  const add = (path: string, method: string) => {
    const known = found.get(path) ?? { pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`), methods: [] }
    known.methods.push(...(method === "GET" ? ["GET", "HEAD"] : [method]))
    found.set(path, known)
  }
  HttpApi.reflect(ControlApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => add(endpoint.path, endpoint.method)
  })
  add("/", "GET")
  add("/control/openapi.json", "GET")
  for (const path of Object.keys(siteFiles)) add(path, "GET")
  return found
})()

const methods: ReadonlySet<string> = new Set([...paths.values()].flatMap(({ methods }) => methods))

const failing =
  <S extends Schema.ConstraintEncoder<unknown>>(schema: S, status: number) =>
  (error: S["Type"], headers: Readonly<Record<string, string>> = {}): HttpServerResponse.HttpServerResponse =>
    HttpServerResponse.jsonUnsafe(Schema.encodeUnknownSync(schema)(error), { status, headers })

const invalid = failing(InvalidChange, 400)
const tooLarge = failing(BodyTooLarge, 413)
const notJson = failing(NotJson, 415)
const unreadable = failing(UnreadableBody, 400)
const wrongMethod = failing(WrongMethod, 405)
const notImplemented = failing(WrongMethod, 501)
const notThere = failing(NotThere, 404)
const broken = failing(InternalError, 500)

/**
 * No path has the method, the path does not take it, or there is no such path (RFC 9110 sections 15.5.5, 15.5.6 and
 * 15.6.2).
 */
const nowhere = ({ method, url }: HttpServerRequest.HttpServerRequest): HttpServerResponse.HttpServerResponse => {
  const path = pathOf(url)
  const known = [...paths.values()].find(({ pattern }) => pattern.test(path))
  if (known !== undefined) {
    const allow = known.methods.join(", ")
    return wrongMethod(new WrongMethod({ problem: `This address does not take ${method}. Use ${allow}.` }), { allow })
  }
  return methods.has(method)
    ? notThere(new NotThere({ what: "such address at the control; GET /control/openapi.json lists all of them" }))
    : notImplemented(new WrongMethod({ problem: `The control has no use for ${method} anywhere.` }))
}

const isNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

/** The contract refuses another content type in a text that repeats it, so the answer is replaced. */
const inOwnWords = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  response.status === 415
    ? notJson(new NotJson({ problem: "The control takes JSON. Send it with content-type: application/json." }))
    : response

/** The log says what went wrong inside. The caller learns only that something did. */
const ofCause =
  (request: HttpServerRequest.HttpServerRequest) =>
  <E>(cause: Cause.Cause<E>): Effect.Effect<HttpServerResponse.HttpServerResponse, E> =>
    cause.reasons.some((reason) => reason._tag === "Fail" && isNotFound(reason.error))
      ? Effect.succeed(nowhere(request))
      : cause.reasons.some((reason) => reason._tag === "Interrupt")
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("defect in the control", cause), broken(internalError))

/**
 * Answers a request of the control: `app` has its routes. The body is read here, where there is an answer to one that
 * is too large; the request keeps its text for them.
 */
export const answer = <E, R>(
  request: HttpServerRequest.HttpServerRequest,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> => {
  const problem = RouteHandlers.problemOf(request)
  if (problem !== undefined) {
    return Effect.succeed(invalid(new InvalidChange({ problems: [problem.description] })))
  }
  const answered = Effect.map(Effect.catchCause(app, ofCause(request)), inOwnWords)
  if (request.method === "GET" || request.method === "HEAD") return answered
  const limit = limitOf(request)
  return request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
    Effect.matchEffect({
      onSuccess: () => answered,
      onFailure: ({ reason }) =>
        Effect.succeed(
          reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
            ? tooLarge(
                new BodyTooLarge({
                  problem: `The body is larger than ${limit} bytes, the most that this address takes.`
                })
              )
            : unreadable(new UnreadableBody({ problem: "The body could not be read to its end. Send it again." }))
        )
    })
  )
}
