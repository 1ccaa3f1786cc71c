/** The names that this Sentinel gives itself in `iss`. */
import type { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"

/**
 * The issuers in the tokens of an account. LivePerson's issuer is a word. Metadata wants an address (RFC 8414 section
 * 2), and each account has endpoints of its own, so with `discovery` the issuer is the address of the account.
 */
export interface Issuer {
  readonly ofIdTokens: (accountId: string) => string
  readonly ofAppTokens: (accountId: string) => string
}

export const make = (publicOrigin: Origin): Effect.Effect<Issuer> =>
  Effect.map(SentinelDialect, ({ appTokenIssuer, discovery, issuer }) => {
    const address = (accountId: string) => `${publicOrigin}/sentinel/api/account/${accountId}`
    return discovery
      ? { ofIdTokens: address, ofAppTokens: address }
      : { ofIdTokens: () => issuer, ofAppTokens: () => appTokenIssuer }
  })
