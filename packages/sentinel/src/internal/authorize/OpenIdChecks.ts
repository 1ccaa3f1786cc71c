/**
 * The checks of an authorization request that OpenID Connect adds, where the dialect has it. **Not LivePerson**, which
 * documents none of these parameters and ignores them.
 *
 * @see OpenID Connect Core sections 3.1.2.1 and 3.1.2.6
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import { prompts } from "../documents/Metadata.ts"
import { SentBackError } from "../request/AuthorizationResponse.ts"

type Check = (query: UrlParameters) => SentBackError | undefined

const promptsOf = (query: UrlParameters): ReadonlyArray<string> =>
  (query.get("prompt") ?? "").split(" ").filter(Boolean)

/** A request object could change what the other parameters say, so it is refused and not ignored (section 6). */
const noRequestObject: Check = (query) => {
  const refusal = (error: "request_not_supported" | "request_uri_not_supported", name: string) =>
    new SentBackError({ error, problem: "request-object-sent", description: `The parameter ${name} is not supported.` })
  if (query.has("request")) return refusal("request_not_supported", "request")
  return query.has("request_uri") ? refusal("request_uri_not_supported", "request_uri") : undefined
}

const responseModeIsQuery: Check = (query) =>
  (query.get("response_mode") ?? "query") === "query"
    ? undefined
    : new SentBackError({
        error: "invalid_request",
        problem: "response-mode-wrong",
        description: "response_mode must be query."
      })

const promptIsKnown: Check = (query) => {
  const refusal = (description: string) =>
    new SentBackError({ error: "invalid_request", problem: "prompt-wrong", description })
  const given = promptsOf(query)
  if (!given.every((prompt) => prompts.includes(prompt))) return refusal(`prompt must be of ${prompts.join(", ")}.`)
  return given.includes("none") && given.length > 1 ? refusal("prompt has none and another value.") : undefined
}

const maxAgeIsNumber: Check = (query) =>
  /^\d{1,10}$/.test(query.get("max_age") ?? "0")
    ? undefined
    : new SentBackError({
        error: "invalid_request",
        problem: "max-age-wrong",
        description: "max_age must be a number of seconds."
      })

/** The parameters that must not appear twice. */
export const parameters: ReadonlyArray<string> = [
  "nonce",
  "prompt",
  "max_age",
  "id_token_hint",
  "response_mode",
  "request",
  "request_uri"
]

/** All checks, in this order. */
export const checks: ReadonlyArray<Check> = [noRequestObject, responseModeIsQuery, promptIsKnown, maxAgeIsNumber]

/** What a request wants of the sign-in itself. */
export interface Wishes {
  /** The login page must not be shown, and an error is sent back instead. */
  readonly isSilent: boolean
  /** The user must sign in, also with a session. */
  readonly asksAgain: boolean
  /** The session must not be older, in milliseconds. */
  readonly longestAge: number
  readonly idTokenHint: string | undefined
}

/** The wishes of every request where the dialect does not have OpenID Connect. */
export const none: Wishes = { isSilent: false, asksAgain: false, longestAge: Infinity, idTokenHint: undefined }

/** The wishes of a request that has passed the checks. */
export const wishesOf = (query: UrlParameters): Wishes => {
  const given = promptsOf(query)
  const maxAge = query.get("max_age")
  return {
    isSilent: given.includes("none"),
    asksAgain: given.length > 0 && !given.includes("none"),
    longestAge: maxAge === undefined ? Infinity : Number(maxAge) * 1000,
    idTokenHint: query.get("id_token_hint")
  }
}

/** The request is silent, and the user would have to sign in; or another user than the one of the hint has done so. */
export const loginRequired = (description: string): SentBackError =>
  new SentBackError({ error: "login_required", problem: "login-required", description })
