/** The names that this Sentinel gives itself in `iss`. */
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { Reachability } from "../http/Reachability.ts"

/** Gives the issuer of an account, as a request may know it. */
export type IssuerOf = (accountId: string, request: HttpServerRequest.HttpServerRequest) => string

/**
 * The issuers in the tokens of an account. LivePerson's issuer is a word. Metadata wants an address (RFC 8414 section
 * 2), and each account has endpoints of its own, so with `discovery` the issuer is the address of the account.
 *
 * It begins with the origin that was asked: a client that has discovered `http://127.0.0.1:4400/…` must find that very
 * text in the metadata (RFC 8414 section 3.3), in the answer to its authorization request (RFC 9207 section 2.4) and in
 * the id_token (OpenID Connect Core section 3.1.3.7), and asks for each of them at the same origin.
 */
export interface Issuer {
  readonly ofIdTokens: IssuerOf
  readonly ofAppTokens: IssuerOf
}

export const make = (askedOrigin: Reachability["originOf"]): Effect.Effect<Issuer> =>
  Effect.map(SentinelDialect, ({ appTokenIssuer, discovery, issuer }) => {
    const address: IssuerOf = (accountId, request) => `${askedOrigin(request)}/sentinel/api/account/${accountId}`
    return discovery
      ? { ofIdTokens: address, ofAppTokens: address }
      : { ofIdTokens: () => issuer, ofAppTokens: () => appTokenIssuer }
  })
