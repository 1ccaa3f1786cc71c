/**
 * Reads `application/x-www-form-urlencoded` bodies.
 *
 * @since 0.1.0
 */
import { UrlParameters } from "@le-auth/core/UrlParameters"
import * as ByteSize from "effect/ByteSize"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"

/**
 * The body is not a form, too large, or broke off.
 *
 * @since 0.1.0
 */
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

const withNul = new UnreadableForm({ status: 400, description: "A parameter has the character U+0000." })

/** RFC 6749 appendix A allows it nowhere, and not every store can hold it. A password with it is a wrong one, and nothing else. */
const hasNul = (text: string, parameters: UrlParameters): boolean =>
  (text.includes("%00") || text.includes("\0")) &&
  Object.entries(parameters.toRecord()).some(
    ([name, value]) => name.includes("\0") || (name !== "password" && value.includes("\0"))
  )

/**
 * The parameters of the body. Whatever `charset` says, a form is UTF-8 (WHATWG URL section 5).
 *
 * @since 0.1.0
 */
export const read = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<UrlParameters, UnreadableForm> => {
  const mediaType = (request.headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase()
  if (mediaType !== "application/x-www-form-urlencoded") return Effect.fail(notForm)
  return request.text.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
    Effect.mapError(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : broken
    ),
    Effect.flatMap((text) => {
      const parameters = UrlParameters.fromSearch(text)
      return hasNul(text, parameters) ? Effect.fail(withNul) : Effect.succeed(parameters)
    })
  )
}
