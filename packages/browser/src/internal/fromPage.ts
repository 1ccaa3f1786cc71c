/** The results of `@le-auth/page` as values and errors of Effect. */
import type { SignedInView } from "@le-auth/core/SessionView"
import type { NotRedirected as Refusal, Request, SessionResult, SignedIn, SignedOut, Unavailable } from "@le-auth/page"
import * as Effect from "effect/Effect"
import { BackendUnavailable, NotRedirected, PageNotSignedIn } from "../PageError.ts"
import { atRoot } from "./atRoot.ts"

/** Calls a function of `@le-auth/page`; an interruption aborts its request. */
export const call = <A>(run: (options: Request) => Promise<A>, options: Request): Effect.Effect<A> =>
  Effect.promise((signal) => run(atRoot({ ...options, signal })))

/**
 * The view of a result. `@le-auth/page` has checked every member by the rules of the schema, so only the brands are
 * missing.
 */
export const view = ({ session }: SignedIn): SignedInView => session as SignedInView

export const notSignedIn = ({ message, reason }: SignedOut): PageNotSignedIn => new PageNotSignedIn({ message, reason })

export const notRedirected = ({ message, reason }: Refusal): NotRedirected => new NotRedirected({ message, reason })

export const unavailable = ({ message, reason, status }: Unavailable): BackendUnavailable =>
  new BackendUnavailable({ message, reason, status })

/** The session as a value, and the lack of one as an error. */
export const signedIn = (result: SessionResult): Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable> => {
  switch (result._tag) {
    case "SignedIn":
      return Effect.succeed(view(result))
    case "SignedOut":
      return Effect.fail(notSignedIn(result))
    case "Unavailable":
      return Effect.fail(unavailable(result))
  }
}
