/**
 * Forms that browsers send for an application of another site. They are asked again by GET (status 303): a browser
 * sends no cookie that is `SameSite=Lax` with a form of another site, and with the GET that follows it does. So they
 * are no longer than an address may be.
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as FormBody from "./FormBody.ts"
import { longestTarget } from "./RouteHandlers.ts"
import { ShownError } from "./ShownError.ts"

/** A form as it came, and its parameters. */
export interface ShortForm {
  readonly text: string
  readonly query: UrlParameters
}

const tooLong = new ShownError({
  status: 413,
  error: "invalid_request",
  description: `The form is longer than ${longestTarget} characters.`,
  remedy: "Keep the value of state small: a random text is enough, the rest belongs on the server."
})

const unreadable = ({ description, status }: FormBody.UnreadableForm) =>
  new ShownError({ status, error: "invalid_request", description, remedy: "Send the parameters as a form." })

export const read = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest
): Effect.fn.Return<ShortForm, ShownError> {
  const text = yield* Effect.mapError(FormBody.readText(request), unreadable)
  if (text.length > longestTarget) return yield* tooLong
  return { text, query: yield* Effect.mapError(FormBody.parametersOf(text), unreadable) }
})

/** The parameters of a form to ask the same by GET. Others are left out. */
export const pick = (
  query: UrlParameters,
  names: ReadonlyArray<string>
): Readonly<Record<string, string | undefined>> => Object.fromEntries(names.map((name) => [name, query.get(name)]))
