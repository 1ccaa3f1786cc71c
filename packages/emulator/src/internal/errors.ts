/** Every typed error of what is inside, as the one error of this package. */
import type { ListenError } from "@le-auth/node/NodeListener"
import * as ControlError from "@le-auth/sentinel/ControlError"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { EmulatorError, isEmulatorError } from "../EmulatorError.ts"

/** The tags of the control's errors, which are codes of ours. */
type ControlTag = InstanceType<(typeof ControlError)[keyof typeof ControlError]>["_tag"]

const decodeRefusal = Schema.decodeUnknownOption(Schema.Union(Object.values(ControlError)))

/** All that is wrong with options. */
export const invalidOptions = (problems: ReadonlyArray<string>): EmulatorError =>
  new EmulatorError({
    code: "InvalidOptions",
    message: ["The options of startSentinel have problems:", ...problems.map((problem) => `  - ${problem}`)].join("\n"),
    problems
  })

/** All that is wrong with what a call was given. */
export const invalidCall = (problems: ReadonlyArray<string>): EmulatorError =>
  new EmulatorError({ code: "InvalidChange", message: problems.join("\n"), problems })

export const stopped = (): EmulatorError =>
  new EmulatorError({ code: "Stopped", message: "This Sentinel was stopped. Start another one." })

export const badAnswer = (origin: string, what: string): EmulatorError =>
  new EmulatorError({
    code: "BadAnswer",
    message: `${origin} ${what}. Give the address of the control of a Sentinel of the same version.`
  })

export const cannotListen = (error: ListenError): EmulatorError =>
  new EmulatorError({
    code: "CannotListen",
    message: error.isInUse
      ? `Port ${error.port} on ${error.host} is taken by another program. Leave it out of listen, so that a free one is taken.`
      : `Port ${error.port} on ${error.host} cannot be opened (${error.code}). Choose others in listen.`
  })

/** What the control answers to what it does not do. */
export const fromRefusal = (origin: string, status: number, body: unknown): EmulatorError =>
  Option.match(decodeRefusal(body), {
    onNone: () => badAnswer(origin, `answers ${status}, which no control does here`),
    onSome: (error) =>
      new EmulatorError({
        code: error._tag satisfies ControlTag,
        message: error.message,
        problems: "problems" in error ? error.problems : undefined,
        requestId: "requestId" in error ? error.requestId : undefined
      })
  })

/** The typed error that something failed with, or what it is. */
export const from = (error: unknown): unknown => {
  if (isEmulatorError(error)) return error
  return Predicate.isTagged(error, "ListenError") ? cannotListen(error as ListenError) : error
}
