/**
 * Shows where LivePerson's services are for an account.
 *
 * @since 0.1.0
 */
import { Domains } from "@le-auth/core/Domains"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Output from "./Output.ts"
import { table } from "./Shown.ts"
import { type Selection, Target, withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export interface Options extends Selection {
  readonly service: Option.Option<string>
}

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* ({ service }: Options) {
  const { accountId } = (yield* Target).installation
  const domains = yield* Domains
  if (Option.isSome(service)) {
    const origin = yield* domains.resolve(accountId, service.value)
    return yield* Output.print({ account: accountId, service: service.value, origin }, origin)
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
          ? [service, host, "not a host of LivePerson: le-auth sends nothing there"]
          : [service, origin]
      )
    )
  )
}, withTarget)
