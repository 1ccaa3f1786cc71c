/**
 * Signs in through the system browser.
 *
 * @since 0.1.0
 */
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { validUntil } from "./CurrentSession.ts"
import * as Output from "./Output.ts"
import { describe, type Selection, Target, withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export interface Options extends Selection {
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
    yield* Output.say(`LE_AUTH_ACCOUNT_ID is not set, so this is ${describe(target)}.`)
  }
  const invitation = options.noBrowser
    ? "Open this address in a browser on this computer:"
    : "Opening your browser. If nothing opens, visit:"
  const { session } = yield* NodeSignIn.signIn({
    openBrowser: !options.noBrowser,
    timeout: Option.getOrUndefined(options.timeout),
    show: (url) => Output.say(`${invitation}\n\n  ${url}\n\nWaiting for the sign-in; Ctrl-C stops.`),
    onBrowserError: (error) => Output.say(error.message)
  })
  const { accountId, clientId, subject } = session.key
  yield* Output.print(
    { account: accountId, application: clientId, user: subject, validUntil: validUntil(session) },
    `Signed in as ${subject} to account ${accountId}, until ${validUntil(session)}`
  )
}, withTarget)
