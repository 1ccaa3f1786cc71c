/** Reads `application/x-www-form-urlencoded` bodies. */
import { type Limits, UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as ByteSize from "effect/ByteSize"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"

/** The body is not a form, is too large, has too many parameters, or broke off. */
export class UnreadableForm extends Data.TaggedError("UnreadableForm")<{
  readonly status: 400 | 413
  readonly description: string
}> {}

/** Counted while reading, since `Content-Length` can lie or be absent. */
const limit = ByteSize.kibibytes(64)

const notForm = new UnreadableForm({
  status: 400,
  description: "The content type must be application/x-www-form-urlencoded."
})
const tooLarge = new UnreadableForm({ status: 413, description: "The body is larger than 64 KiB." })
const broken = new UnreadableForm({ status: 400, description: "The body could not be read." })

/** Whether the body is said to be a form. */
export const isForm = (request: HttpServerRequest.HttpServerRequest): boolean =>
  (request.headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase() === "application/x-www-form-urlencoded"

/** Reads the parameters of the body. A form is always UTF-8, whatever `charset` says (WHATWG URL section 5). */
export const read = (
  request: HttpServerRequest.HttpServerRequest,
  limits?: Limits
): Effect.Effect<UrlParameters, UnreadableForm> => {
  if (!isForm(request)) return Effect.fail(notForm)
  return request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
    Effect.mapError(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : broken
    ),
    Effect.flatMap((text) => {
      const parameters = UrlParameters.fromSearch(text, limits)
      return parameters.excess === undefined
        ? Effect.succeed(parameters)
        : Effect.fail(new UnreadableForm({ status: 400, description: parameters.excess }))
    })
  )
}
