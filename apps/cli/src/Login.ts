/**
 * Signs in through the system browser.
 *
 * @since 0.1.0
 */
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { validUntil } from "./CurrentSession.ts"
import { describe, Target, withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  readonly noBrowser: boolean
  readonly timeout: Option.Option<Duration.Duration>
}

/**
 * Prints who signed in; everything else goes to stderr.
 *
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (options: Options) {
  const target = yield* Target
  if (target.localSentinel !== undefined) {
    yield* Console.error(`LE_AUTH_ACCOUNT_ID is not set, so this is ${describe(target)}.`)
  }
  const invitation = options.noBrowser
    ? "Open this address in a browser on this computer:"
    : "Opening your browser. If nothing opens, visit:"
  const { session } = yield* NodeSignIn.signIn({
    openBrowser: !options.noBrowser,
    timeout: Option.getOrUndefined(options.timeout),
    show: (url) => Console.error(`${invitation}\n\n  ${url}\n\nWaiting for the sign-in; Ctrl-C stops.`),
    onBrowserError: (error) => Console.error(error.message)
  })
  yield* Console.log(
    `Signed in as ${session.key.subject} to account ${session.key.accountId}, until ${validUntil(session)}`
  )
}, withTarget)
