/**
 * Signs users in at a running Sentinel without a browser, and prints where they come back to, or their tokens.
 */
import { Approved, IssuedTokens, NewApproval, NewTokens } from "@le-auth/sentinel/Approval"
import type { ControlClient } from "@le-auth/sentinel/ControlClient"
import type { SignInRefused } from "@le-auth/sentinel/ControlError"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { mayHaveSecrets } from "../../../target/SentinelControl.ts"
import { failed, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import { checked, controlling, type Options, present } from "./run.ts"

/** What Sentinel said, and where to read more of it. */
const refusal = ({ problem, requestId }: SignInRefused) =>
  failed(
    join("\n", [
      text`Sentinel refuses this sign-in. ${problem}`,
      ...(requestId === undefined ? [] : [text`The journal says more: le-auth sentinel journal --about ${requestId}`])
    ])
  )

/** The answers are secrets, so they come over https, or on a network of one's own. */
const signingIn = Effect.fnUntraced(function* <A, E extends { readonly _tag: string; readonly message: string }>(
  options: Options,
  use: (signIns: ControlClient["signIns"]) => Effect.Effect<A, E | SignInRefused>
) {
  if (!mayHaveSecrets(options.control)) {
    return yield* wrongUsage(
      text`--control must be https, or on this computer or a network of your own, such as http://127.0.0.1:4402`
    )
  }
  return yield* controlling(options, ({ signIns }) =>
    Effect.catchIf(
      use(signIns),
      (error): error is SignInRefused & E => error._tag === "SignInRefused",
      (error) => Effect.fail(refusal(error))
    )
  )
})

const answer = Effect.fnUntraced(function* (options: Options, fields: object) {
  const payload = yield* checked("url", NewApproval, fields)
  const approved = yield* signingIn(options, (signIns) => signIns.approve({ payload }))
  yield* Output.print(Schema.encodeSync(Approved)(approved), text`${Redacted.value(approved.callback)}`)
})

export interface ApproveOptions extends Options {
  readonly url: string
  readonly user: Option.Option<string>
}

/** Prints where the browser of a user who has signed in comes back to. */
export const approve = (options: ApproveOptions) =>
  answer(options, { url: options.url, ...present({ user: options.user }) })

export interface DenyOptions extends Options {
  readonly url: string
  readonly error: Option.Option<string>
  readonly description: Option.Option<string>
}

/** Prints where the browser of a user who has refused comes back to. */
export const deny = ({ description, error, ...options }: DenyOptions) =>
  answer(options, { url: options.url, deny: present({ error, description }) })

export interface TokenOptions extends Options {
  readonly account: Option.Option<string>
  readonly client: Option.Option<string>
  readonly user: Option.Option<string>
  readonly scope: Option.Option<string>
}

/** Prints an access token, or with `--json` the whole answer of the token endpoint. */
export const token = Effect.fnUntraced(function* ({ account, client, scope, user, ...options }: TokenOptions) {
  const payload = yield* checked("tokens", NewTokens, present({ account, client, scope, user }))
  const issued = yield* signingIn(options, (signIns) => signIns.tokens({ payload }))
  yield* Output.print(Schema.encodeSync(IssuedTokens)(issued), text`${Redacted.value(issued.access_token)}`)
})
