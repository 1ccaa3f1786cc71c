/** The content of an answer of LivePerson, whatever its status is. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { OAuthErrorBody } from "../OAuthError.ts"
import type { Answer } from "../Transport.ts"
import * as Excerpt from "./excerpt.ts"
import * as OptionalMembers from "./optionalMembers.ts"

export const header = ({ headers }: Answer, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : (value as string | undefined)
}

/** The body as JSON; `undefined` if it is not JSON. */
export const json = (answer: Answer): unknown => {
  try {
    return JSON.parse(answer.body)
  } catch {
    return undefined
  }
}

export const isRedirect = ({ status }: Answer): boolean => status === 0 || (status >= 300 && status < 400)

/** What is wrong with a redirect in place of an answer. */
export const redirected = "it is a redirect, which is not followed"

/** Seconds, or a date (RFC 9110 section 10.2.3). */
const secondsOf = (retryAfter: string, now: number): number | undefined => {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter)
  const date = /^[a-z]{3,9},? .+ gmt$/i.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

/** The seconds of `Retry-After`, if the answer has one that can be read. */
export const retryAfter = (answer: Answer): Effect.Effect<{ readonly retryAfter?: number }> => {
  const value = header(answer, "retry-after")
  if (value === undefined) return Effect.succeed({})
  return Effect.map(Clock.currentTimeMillis, (now) => {
    const seconds = secondsOf(value, now)
    return seconds === undefined ? {} : { retryAfter: seconds }
  })
}

/** A text of the other side, where there has to be one. */
export const shown = (text: string, secrets: ReadonlyArray<string>, maximum?: number): string =>
  Excerpt.of(text, secrets, maximum) ?? "not shown, since it repeats something secret"

/**
 * An OAuth error (RFC 6749 section 5.2), or what the envelope of LivePerson's other services has; else how the body
 * begins.
 */
export interface Said {
  readonly contentType: string
  readonly error?: string
  readonly description?: string
  readonly excerpt?: string
}

const decodeOAuthError = OptionalMembers.decoder(OAuthErrorBody)
/** `{"error":{"message":...,"internalCode":...}}` */
const decodeEnvelope = Schema.decodeUnknownOption(Schema.Struct({ error: Schema.Struct({ message: Schema.String }) }))

/** The `error` of an OAuth error as it came, to compare it: `said` has it as it may be shown. */
export interface Understood {
  readonly kind: "oauth" | "envelope" | "other"
  readonly code: string | undefined
  readonly said: Said
}

/** The type that the body is said to have. */
export const contentTypeOf = (answer: Answer, secrets: ReadonlyArray<string>): string => {
  const type = header(answer, "content-type")
  return type === undefined ? "" : shown(type, secrets, 100)
}

/** Nothing that holds one of the secrets comes out. */
export const understood = (answer: Answer, secrets: ReadonlyArray<string>): Understood => {
  const contentType = contentTypeOf(answer, secrets)
  const body = json(answer)
  if (Predicate.isObject(body)) {
    const oauth = decodeOAuthError(body).value
    if (Option.isSome(oauth)) {
      const { error: code, error_description } = oauth.value
      const description = error_description === undefined ? undefined : Excerpt.of(error_description, secrets, 300)
      const error = shown(code, secrets, 100)
      return {
        kind: "oauth",
        code,
        said: { contentType, error, ...(description === undefined ? {} : { description }) }
      }
    }
    const envelope = decodeEnvelope(body)
    if (Option.isSome(envelope)) {
      return {
        kind: "envelope",
        code: undefined,
        said: { contentType, error: shown(envelope.value.error.message, secrets, 300) }
      }
    }
  }
  const excerpt = Excerpt.of(answer.body, secrets)
  return {
    kind: "other",
    code: undefined,
    said: { contentType, ...(excerpt === undefined || excerpt === "" ? {} : { excerpt }) }
  }
}

/** The members of an error that say it. */
export const saidFields = {
  contentType: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  excerpt: Schema.optionalKey(Schema.String)
}

/** The end of a message: what the other side said, for developers and logs. */
export const quoted = ({ description, error, excerpt }: Partial<Said>): string => {
  if (error !== undefined) return ` It said: ${description === undefined ? error : `${error}: ${description}`}`
  return excerpt === undefined ? "" : ` It begins: ${excerpt}`
}
