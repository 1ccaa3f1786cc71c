/**
 * Shows the hosts of LivePerson's services for an account.
 */
import { Domains } from "@le-auth/core/Domains"
import type { AccountId } from "@le-auth/core/Identifiers"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { given, profileOf } from "../../target/FindTarget.ts"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withCalls } from "../../target/WithTarget.ts"
import { fromError } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { table, text } from "../../terminal/TerminalText.ts"

export interface Options extends Selection {
  readonly service: Option.Option<string>
}

const show = Effect.fnUntraced(function* (accountId: AccountId, service: Option.Option<string>) {
  const domains = yield* Domains
  if (Option.isSome(service)) {
    const origin = yield* domains.resolve(accountId, service.value)
    return yield* Output.print({ account: accountId, service: service.value, origin }, text`${origin}`)
  }
  const services = (yield* domains.list(accountId)).toSorted((one, other) => (one.service < other.service ? -1 : 1))
  yield* Output.print(
    {
      account: accountId,
      services: services.map(({ host, origin, service }) => ({ service, host, origin: origin ?? null }))
    },
    table(
      services.map(({ host, origin, service }) =>
        origin === undefined
          ? [service, host, text`not a host of LivePerson: le-auth sends nothing there`]
          : [service, origin]
      )
    )
  )
})

const ofTarget = Effect.fnUntraced(function* ({ service }: Options) {
  yield* show((yield* Target).installation.accountId, service)
}, withCalls)

/** A look-up needs an account and a Domain API, and no application. */
const ofAccount = (accountId: AccountId, { service }: Options) =>
  show(accountId, service).pipe(
    Effect.provide(NodeServerSignIn.layerCalls),
    RetryPolicy.disabled,
    Effect.mapError(fromError)
  )

export const run = Effect.fnUntraced(function* (options: Options) {
  const { account } = options
  const isElsewhere = Option.isSome(yield* given("LE_AUTH_DOMAIN_API")) && Option.isNone(yield* profileOf(options))
  yield* Option.isSome(account) && isElsewhere ? ofAccount(account.value, options) : ofTarget(options)
})
