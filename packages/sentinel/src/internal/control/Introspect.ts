/**
 * Says of a token whether it is good, and whose it is, as an introspection endpoint does.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2}
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { NotSupported, StoreUnavailable } from "../../ControlError.ts"
import type { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { StoreInspection } from "../../StoreInspection.ts"
import * as AppTokenReader from "../token/AppTokenReader.ts"
import * as TokenTime from "../token/TokenTime.ts"
import { why } from "./Explain.ts"
import { cannotLook, unavailable } from "./failures.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/** The answer. Times are seconds since 1970, by the clock of JWTs, so that others can compare them with theirs. */
export interface Introspection {
  readonly active: boolean
  /** Of an app token. */
  readonly scope?: string
  readonly client_id?: string
  /** The e-mail address of the user; `sub` is their id. */
  readonly username?: string
  /** `Bearer`, or `refresh_token`, which opens no resource. */
  readonly token_type?: string
  readonly exp?: number
  /** Not known of a refresh token. */
  readonly iat?: number
  readonly sub?: string
  /** The account. */
  readonly aud?: string
  /** Not known of a token of a user where the dialect has `discovery`: then it is an address. */
  readonly iss?: string
}

/** Nothing more is said of a token that is not good, not even why (RFC 7662 section 2.2). */
const inactive: Introspection = { active: false }

const ofAppToken = ({ accountId, clientId, expiresAt, issuedAt, issuer, scopes }: AppTokenReader.ReadAppToken) => ({
  active: true,
  ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
  client_id: clientId,
  token_type: "Bearer",
  exp: expiresAt,
  iat: issuedAt,
  aud: accountId,
  ...(issuer === undefined ? {} : { iss: issuer })
})

/** Makes the function that introspects a token by its text, which is neither kept nor logged. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly clock: VirtualClock["Service"]
  readonly directory: Directory["Service"]
  readonly inspection: StoreInspection["Service"] | undefined
  readonly readAppToken: Effect.Success<typeof AppTokenReader.make>
}) {
  const digest = yield* Digest.Digest
  const { accessTokenLifetime, discovery, issuer } = yield* SentinelDialect
  const seconds = yield* TokenTime.seconds
  const { clock, directory, inspection, readAppToken } = parts

  return Effect.fnUntraced(function* (
    token: Redacted.Redacted<string>
  ): Effect.fn.Return<Introspection, NotSupported | StoreUnavailable> {
    const { now } = yield* clock.state
    if (AppTokenReader.isJwt(token)) {
      const read = Option.getOrUndefined(yield* readAppToken(token, now))
      return read === undefined || read.problem !== undefined ? inactive : ofAppToken(read)
    }
    if (inspection === undefined) return yield* cannotLook
    const id = yield* digest.digestHex(Digest.sha256, Utf8.encode(Redacted.value(token)))
    const found = Option.getOrUndefined(yield* unavailable(inspection.find(id, now)))
    if (found === undefined || found.kind === "code" || why(found, undefined, now) !== undefined) return inactive
    const { grant, session } = found.family
    const user = Option.getOrUndefined(yield* directory.user(grant.accountId, grant.userId))
    if (user === undefined) return inactive
    const whose = {
      active: true,
      client_id: grant.clientId,
      username: user.email,
      sub: user.id,
      aud: grant.accountId,
      ...(discovery ? {} : { iss: issuer })
    }
    if (found.kind === "access-token") {
      const iat = Math.max(found.expiresAt - Duration.toMillis(accessTokenLifetime), grant.createdAt)
      return { ...whose, token_type: "Bearer", exp: seconds(found.expiresAt), iat: seconds(iat) }
    }
    const exp = session && { exp: seconds(Math.min(session.session.idleExpiresAt, session.session.expiresAt)) }
    return { ...whose, token_type: "refresh_token", ...exp }
  })
})
