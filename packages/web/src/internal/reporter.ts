/** Writes what failed into the log: what browsers bring in its own way, since they can bring it as often as they like. */
import * as Effect from "effect/Effect"
import * as Problem from "../Problem.ts"
import * as Strangers from "./strangers.ts"

/** A callback, a code or a parameter that a browser made up needs no key of ours, and Sentinel no fault. */
const isOfBrowser = (error: Problem.Problem): boolean =>
  error._tag === "CallbackError" ||
  (error._tag === "SignInError" && error.reason._tag === "InvalidReturnPath") ||
  error._tag === "UnknownInstallation" ||
  error._tag === "NotSignedIn" ||
  (error._tag === "TokenError" && error.operation === "exchange" && error.reason._tag === "InvalidGrant")

export const make = (what: string) =>
  Effect.map(
    Strangers.make(what),
    (strange) =>
      (error: Problem.Problem): Effect.Effect<Problem.Reference> =>
        isOfBrowser(error)
          ? Effect.tap(Problem.reference, (reference) => strange(`(reference ${reference}) ${error.message}`))
          : Problem.report(what, error)
  )
