/** What the sealed stores give to the store behind them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { AccessToken, AccountId } from "../Identifiers.ts"
import type { SealKeys } from "../Seal.ts"

/** Records of a kind, each sealed as a whole: it takes the place of the access token of the one that is kept. */
export const make = <A>(
  keys: SealKeys["Service"],
  options: {
    /** For the log: `session`. */
    readonly kind: string
    readonly encode: (record: A) => string
    readonly decode: (text: string) => Option.Option<A>
  }
) => {
  const { decode, encode, kind } = options
  return {
    seal: (record: A, associatedData: string): Effect.Effect<AccessToken> =>
      Effect.map(
        Effect.suspend(() => keys.seal(encode(record), associatedData)),
        (sealed) => Redacted.make(sealed, { label: `sealed ${kind}` })
      ),
    /** One that does not open counts as none, with a warning that names its account. */
    open: Effect.fnUntraced(function* (sealed: AccessToken, associatedData: string, accountId: AccountId) {
      const text = yield* keys.open(Redacted.value(sealed), associatedData)
      const record = Option.flatMap(text, decode)
      if (Option.isNone(record)) {
        yield* Effect.logWarning(`A stored ${kind} does not open with the seal keys, so it counts as none`).pipe(
          Effect.annotateLogs({ "le_auth.account": accountId })
        )
      }
      return record
    })
  }
}
