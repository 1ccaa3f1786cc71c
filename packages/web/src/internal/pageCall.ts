/** Calls of the application's own pages that need the token of their session, and the answers when they are refused. */
import { requestHeader } from "@le-auth/core/SessionView"
import type { SessionKey } from "@le-auth/core/Session"
import { noStore } from "@le-auth/core/shared/PagePolicy"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { BrowserSessions } from "../BrowserSessions.ts"
import * as Problem from "../Problem.ts"
import { isSameOrigin } from "../SameOrigin.ts"
import { currentKey, WebApplication } from "../WebApplication.ts"
import { asked } from "./asked.ts"
import { notOurPage } from "./notOurPage.ts"
import * as Reporter from "./reporter.ts"

/** A refused call: the name of the error, the status, and a text for the developer. */
export class CallRefused extends Data.TaggedError("CallRefused")<{
  readonly error: string
  readonly status: number
  readonly message: string
}> {}

/** Makes the error. */
export const refuse = (error: string, status: number, message: string) => new CallRefused({ error, status, message })

/** The answer for a refused call. Its header tells the page that it is not LivePerson's answer. */
const refusal = (error: string, status: number, message: string, reference?: Problem.Reference) =>
  HttpServerResponse.jsonUnsafe(
    { error, message, reference },
    { status, headers: { ...noStore, [requestHeader]: "problem" } }
  )

/**
 * Makes a route of a handler that gets the key of the browser's session. Calls of other sites, and without a session,
 * are refused.
 */
export const answering = <R>(
  handler: (
    request: HttpServerRequest,
    key: SessionKey
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, CallRefused | Problem.Problem, R>
) =>
  Effect.gen(function* () {
    const application = yield* WebApplication
    const browserSessions = yield* BrowserSessions
    const report = yield* Reporter.make("A call of a page could not be answered")
    /** Gives the look-up of the key the services of this layer, so that the routes need none. */
    const provided = Effect.provide(
      Context.make(WebApplication, application).pipe(Context.add(BrowserSessions, browserSessions))
    )
    return asked(
      Effect.fnUntraced(
        function* (request: HttpServerRequest) {
          // Also for GET: another site cannot read the answer to a simple request, but the call would be made.
          if (request.headers[requestHeader] === undefined || !isSameOrigin(request, application.origin)) {
            return yield* new CallRefused(notOurPage)
          }
          const key = yield* provided(currentKey)
          if (Option.isNone(key)) return yield* refuse("NotSignedIn", 401, "No user is signed in. Start a sign-in.")
          return yield* handler(request, key.value)
        },
        Effect.catch((error) =>
          error._tag === "CallRefused"
            ? Effect.succeed(refusal(error.error, error.status, error.message))
            : Effect.map(report(error), (reference) =>
                refusal(Problem.nameOf(error), Problem.status(error), Problem.text(error), reference)
              )
        )
      )
    )
  })
