/** What came of a call, for a page. */
import type { Session } from "@le-auth/core/Session"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** An answer as LivePerson gave it. */
export interface Answer {
  readonly path: string
  readonly status: number
  readonly text: string
}

/** The answer and its time, or a sentence for the user. */
export type Call = Result.Result<Answer & { readonly milliseconds: number }, string>

const patience = Duration.seconds(5)

/** Makes a call. That it fails is something to show, so it does not fail the page. */
export const of = <E extends { readonly message: string }, R>(
  call: Effect.Effect<Answer, E, R>
): Effect.Effect<Call, never, R> =>
  Effect.timed(call).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail({ message: `LivePerson did not answer within ${Duration.format(patience)}.` })
    }),
    Effect.map(([time, answer]) => ({ ...answer, milliseconds: Math.round(Duration.toMillis(time)) })),
    Effect.mapError(({ message }) => message),
    Effect.tapError((message) => Effect.logDebug("The call of the page failed", message)),
    Effect.result
  )

/** More of an answer is for no reader. */
const mostShown = 20_000

const json = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** JSON with lines, and anything else as it came. */
export const format = (text: string): string => {
  const value = json(text)
  const shown = Option.isSome(value) ? JSON.stringify(value.value, null, 2) : text
  return shown.length > mostShown ? `${shown.slice(0, mostShown)}…` : shown
}

const UserRecord = Schema.Struct({
  loginName: Schema.String,
  fullName: Schema.optionalKey(Schema.String),
  email: Schema.optionalKey(Schema.String)
})

const record = Schema.decodeUnknownOption(Schema.fromJsonString(UserRecord))

/**
 * The name of the user. LivePerson's own administrators have no record, and not every account lets its users read it.
 */
export const nameOf = (session: Session, call: Call): string =>
  Result.getSuccess(call).pipe(
    Option.filter(({ status }) => status === 200),
    Option.flatMap(({ text }) => record(text)),
    Option.match({
      onNone: () => `User ${session.key.subject}`,
      onSome: ({ email, fullName, loginName }) => `${fullName ?? loginName} (${email ?? loginName})`
    })
  )
