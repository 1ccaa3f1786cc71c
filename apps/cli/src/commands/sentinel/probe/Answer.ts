/**
 * An answer of the account that is probed, as far as the questions read it, and all answers so far.
 */
import type { Answer as Received } from "@le-auth/core/Transport"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

export interface Answer {
  readonly status: number
  readonly headers: Received["headers"]
  /** What the body is: an error of RFC 6749, LivePerson's envelope, a page, other JSON, other text, or nothing. */
  readonly form: "oauth" | "liveperson" | "html" | "json" | "text" | "empty"
  /** The error code of OAuth that the body has, in whatever form. */
  readonly error: string | undefined
  /** The members of the body, if it is an object of JSON; else none. */
  readonly members: Readonly<Record<string, unknown>>
  readonly text: string
}

const codes = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  "invalid_scope",
  "access_denied",
  "server_error",
  "temporarily_unavailable"
]
const anyCode = new RegExp(String.raw`\b(?:${codes.join("|")})\b`)

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One value of a header that may come more than once. */
export const header = ({ headers }: Pick<Answer, "headers">, name: string): string | undefined => {
  const value = headers[name]
  return Predicate.isString(value) ? value : value?.[0]
}

const formOf = (answer: Received, json: unknown): Answer["form"] => {
  if (answer.body.trim() === "") return "empty"
  if (Predicate.isObject(json)) {
    const { error } = json as { readonly error?: unknown }
    if (Predicate.isString(error)) return "oauth"
    return Predicate.isObject(error) ? "liveperson" : "json"
  }
  if (json !== undefined) return "json"
  const isPage = (header(answer, "content-type") ?? "").includes("html") || /^\s*<(?:!doctype|html)/i.test(answer.body)
  return isPage ? "html" : "text"
}

export const read = (answer: Received): Answer => {
  const json = jsonOf(answer.body)
  const members = Predicate.isObject(json) && !Array.isArray(json) ? (json as Answer["members"]) : {}
  const said = Predicate.isString(members["error"]) ? members["error"] : anyCode.exec(answer.body)?.[0]
  return {
    status: answer.status,
    headers: answer.headers,
    form: formOf(answer, json),
    error: said !== undefined && codes.includes(said) ? said : undefined,
    members,
    text: answer.body
  }
}

/**
 * What an answer says, without what differs each time: to compare two of them. A refusal that names `v` is another one
 * than a refusal of what was sent.
 */
const gist = ({ error, status, text }: Answer): string =>
  `${status} ${error ?? text.replaceAll(/[0-9a-f-]{8,}|\d+/gi, "#")} ${/\bv\b|\bversion/i.test(text)}`

export const areAlike = (one: Answer, other: Answer): boolean => gist(one) === gist(other)

/** What came of a question: an answer, or why there is none. */
export type Outcome = Result.Result<Answer, string>

/** The answers so far, by the name of the question. */
export class Answers {
  readonly #outcomes = new Map<string, Outcome>()
  /** The refresh token that the first refresh was made with, to compare it. It is never shown. */
  presented: string | undefined
  /** The user whose tokens these are. It is never shown. */
  user: string | undefined
  /** What is known of the id_token of a session that le-auth keeps. */
  kept: { readonly iss: string; readonly exp: number; readonly iat: number } | undefined

  set(question: string, outcome: Outcome): void {
    this.#outcomes.set(question, outcome)
  }

  /** Any answer. */
  any(question: string): Outcome {
    return this.#outcomes.get(question) ?? Result.fail("It was not asked.")
  }

  /** An answer that says something of the dialect: a server that has a problem says nothing of it. */
  of(question: string): Outcome {
    return Result.flatMap(this.any(question), (answer) =>
      answer.status >= 500 || answer.status === 429 || answer.status === 451
        ? Result.fail(`The answer was HTTP ${answer.status}, which says nothing of it.`)
        : Result.succeed(answer)
    )
  }
}
