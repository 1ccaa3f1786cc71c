/**
 * Asks all questions, and says which points their answers settle.
 */
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import type { TransportProblem } from "@le-auth/core/TransportProblem"
import * as TransportProblems from "@le-auth/core/TransportProblem"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Answers, read } from "./Answer.ts"
import type { Asking } from "./Asking.ts"
import * as Evidence from "./Evidence.ts"
import { type PointName, points } from "./Points.ts"
import { names, ofSignIn, type QuestionName, questions, type Setting } from "./Questions.ts"

/** What the probe found of a point. */
export interface Finding {
  readonly point: PointName
  /** As a configuration file has it; `undefined` if it was not seen, and then `why` says why. */
  readonly value: unknown
  readonly why: string | undefined
  readonly evidence: ReadonlyArray<Evidence.Evidence>
}

const noAnswer = (problem: TransportProblem): string => `There was no answer: ${TransportProblems.what(problem)}.`

/** Asks one question, if it may still be asked. */
export const askOne = Effect.fnUntraced(function* (
  name: QuestionName,
  setting: Setting,
  asking: Asking,
  answers: Answers
) {
  const request =
    asking.ended() === undefined
      ? questions[name].request(setting, answers)
      : Result.fail("The probe had stopped before.")
  if (Result.isFailure(request)) return answers.set(name, Result.fail(request.failure))
  yield* asking.announce(questions[name].asks)
  const sent = yield* Effect.result(asking.transport.send(request.success))
  answers.set(name, Result.mapBoth(sent, { onFailure: noAnswer, onSuccess: read }))
})

/** Asks all questions. `signedIn` gets the tokens of a user, where there is one, and asks what they can show. */
export const ask = Effect.fnUntraced(function* <E, R>(
  setting: Setting,
  asking: Asking,
  signedIn: (answers: Answers) => Effect.Effect<void, E, R>
) {
  const answers = new Answers()
  for (const name of names) {
    if (name === "exchange") yield* signedIn(answers)
    else if (!ofSignIn.has(name)) yield* askOne(name, setting, asking, answers)
  }
  return answers
})

/** What no reader of a file may find in it. */
const privateOf = ({ appInstallation, installation }: Setting): Evidence.Private => [
  installation.accountId,
  ...[installation, appInstallation].flatMap(({ clientId, clientSecret }) => [clientId, Redacted.value(clientSecret)])
]

/** What all points came to. A value that a Sentinel could not have is not one that was seen. */
export const findings = (setting: Setting, answers: Answers): Effect.Effect<ReadonlyArray<Finding>> => {
  const hidden = privateOf(setting)
  const tellable = Evidence.isTellable(hidden)
  return Effect.forEach(Object.keys(points) as ReadonlyArray<PointName>, (point) => {
    const how = points[point]
    if (how._tag === "Hidden") return Effect.succeed({ point, value: undefined, why: how.why, evidence: [] })
    const evidence = how.questions.flatMap((name) =>
      Result.match(answers.any(name), {
        onFailure: () => [],
        onSuccess: (answer) => Evidence.make(name, answer, hidden)
      })
    )
    const found: Result.Result<unknown, string> = how.read(answers, setting)
    if (Result.isFailure(found)) return Effect.succeed({ point, value: undefined, why: found.failure, evidence })
    const value = found.success
    if ((point === "issuer" || point === "appTokenIssuer") && !tellable(String(value))) {
      const why = "The issuer is an address, or another text that may name an account, so it is not told."
      return Effect.succeed({ point, value: undefined, why, evidence })
    }
    return SentinelFile.pointsFromUnknown({ [point]: value }).pipe(
      Effect.match({
        onFailure: () => ({ point, value: undefined, why: "The value is none that a Sentinel can have.", evidence }),
        onSuccess: () => ({ point, value, why: undefined, evidence })
      })
    )
  })
}
