/** Logs failures. Those that browsers can cause at any rate are logged in their own way, see `strangers.ts`. */
import * as Effect from "effect/Effect"
import * as Problem from "../Problem.ts"
import * as Strangers from "./strangers.ts"

/** Whether a browser can cause an error by itself, with a callback, a code or a parameter that it made up. */
const isOfBrowser = (error: Problem.Problem): boolean =>
  error._tag === "CallbackError" ||
  (error._tag === "SignInError" && error.reason._tag === "InvalidReturnPath") ||
  error._tag === "UnknownInstallation" ||
  error._tag === "NotSignedIn" ||
  (error._tag === "TokenError" && error.operation === "exchange" && error.reason._tag === "InvalidGrant")

/** Makes a function that logs an error and gives its reference. `what` begins the line. */
export const make = (what: string) =>
  Effect.map(
    Strangers.make(what),
    (strange) =>
      (error: Problem.Problem): Effect.Effect<Problem.Reference> =>
        isOfBrowser(error)
          ? Effect.tap(Problem.reference, (reference) => strange(`(reference ${reference}) ${error.message}`))
          : Problem.report(what, error)
  )
