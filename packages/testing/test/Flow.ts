/** The steps of a sign-in that tests take for granted. */
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import type { ApproveOptions } from "@le-auth/testing/TestBrowser"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export const signIn = Effect.fnUntraced(function* (options?: ApproveOptions) {
  const started = yield* SignIn.start()
  const url = yield* TestSentinel.approve(started.url, options)
  return (yield* SignIn.complete(SignIn.callback(url, started.binding))).session
})

/** Also of tokens that came just now. */
export const refresh = ({ accessToken, key }: Session) =>
  Sessions.use((sessions) => sessions.renew(key, { unless: accessToken }))

export const text = (secret: Redacted.Redacted): string => Redacted.value(secret)
