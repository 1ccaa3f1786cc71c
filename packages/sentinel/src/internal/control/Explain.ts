/** Says in words why Sentinel refuses a code or a token. */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { short } from "../http/RequestContext.ts"
import type { FamilyState, Found, StoreInspection } from "../../StoreInspection.ts"
import type { NotSupported, StoreUnavailable } from "../../ControlError.ts"
import { cannotLook, unavailable } from "./failures.ts"
import * as AppTokenReader from "../token/AppTokenReader.ts"
import * as DurationText from "@le-auth/core/shared/DurationText"
import type { VirtualClock } from "./VirtualClock.ts"

/** The application that presents a code or a token, and the redirect URI that comes with a code. */
export interface Presented {
  readonly accountId: string
  readonly clientId: string
  readonly redirectUri?: string | undefined
  readonly codeChallenge?: string | undefined
}

const ago = (then: number, now: number): string =>
  now - then < 1000 ? "just now" : `${DurationText.format(Duration.seconds(Math.floor((now - then) / 1000)))} ago`

const at = (time: number): string => DateTime.formatIso(DateTime.makeUnsafe(time))

/** A redirect URI in a line of a log. */
const quote = (uri: string | undefined): string => (uri === undefined ? "none" : JSON.stringify(uri.slice(0, 200)))

const owner = ({ grant }: FamilyState, { accountId, clientId }: Presented): string | undefined => {
  if (grant.accountId !== accountId) return `it was issued in account ${grant.accountId}, not in ${accountId}`
  if (grant.clientId !== clientId) return `it was issued to client ${grant.clientId}, not to ${clientId}`
  return undefined
}

/** Why the tokens of a family are dead, if they are. */
export const family = ({ revokedAt, session }: FamilyState, now: number): string | undefined => {
  if (revokedAt !== undefined) return `its token family was revoked ${ago(revokedAt, now)}, at ${at(revokedAt)}`
  if (session === undefined) return "its session is not known anymore"
  if (session.endedAt !== undefined) {
    return `its session was ended ${ago(session.endedAt, now)}, at ${at(session.endedAt)}`
  }
  return undefined
}

const idle = ({ session }: FamilyState, now: number): string | undefined => {
  if (session === undefined) return undefined
  const { expiresAt, idleExpiresAt } = session.session
  if (now >= expiresAt) return `its session reached its full age ${ago(expiresAt, now)}`
  return now >= idleExpiresAt
    ? `its session was not used for too long and expired ${ago(idleExpiresAt, now)}`
    : undefined
}

/** PKCE (RFC 7636 section 4.6). */
const challengeProblem = (found: Found & { readonly kind: "code" }, presented: Presented): string => {
  if (found.codeChallenge === undefined)
    return "code_verifier was sent, though the authorization request had no challenge"
  return presented.codeChallenge === undefined
    ? "code_verifier is missing, though the authorization request had a challenge"
    : "code_verifier does not fit the challenge of the authorization request"
}

/** Why it is refused; `undefined` if it is not. `found` is what the store knows of it. */
export const why = (found: Found | undefined, presented: Presented | undefined, now: number): string | undefined => {
  if (found === undefined) return "it is unknown: never issued here, issued before a reset, or forgotten by now"
  const foreign = presented === undefined ? undefined : owner(found.family, presented)
  if (foreign !== undefined) return foreign
  switch (found.kind) {
    case "code": {
      if (found.usedAt !== undefined) return `it was used before, ${ago(found.usedAt, now)}, at ${at(found.usedAt)}`
      if (now >= found.expiresAt) return `it expired ${ago(found.expiresAt, now)}, at ${at(found.expiresAt)}`
      const dead = family(found.family, now)
      if (dead !== undefined || presented === undefined) return dead
      if (presented.redirectUri !== found.redirectUri) {
        const [then, today] = [quote(found.redirectUri), quote(presented.redirectUri)]
        return `redirect_uri differs: ${then} at the authorization request, ${today} now`
      }
      return presented.codeChallenge === found.codeChallenge ? undefined : challengeProblem(found, presented)
    }
    case "refresh-token":
      return (
        family(found.family, now) ??
        idle(found.family, now) ??
        (found.usedAt === undefined
          ? undefined
          : `it was used before, ${ago(found.usedAt, now)}, at ${at(found.usedAt)}`)
      )
    case "access-token":
      return now >= found.expiresAt
        ? `it expired ${ago(found.expiresAt, now)}, at ${at(found.expiresAt)}`
        : family(found.family, now)
  }
}

/** What is known of a code or a token. */
export interface Explanation {
  /** The beginning of its hash, as the journal has it. */
  readonly id: string
  readonly kind: "code" | "refresh-token" | "access-token" | "app-token" | "unknown"
  /** Whether its owner can use it now. */
  readonly isUsable: boolean
  /** Why not. */
  readonly reason?: string
  readonly account?: string
  readonly client?: string
  readonly user?: string
  readonly family?: string
  /** What an app token is for. */
  readonly scope?: string
}

const belonging = ({ grant }: FamilyState) => ({
  account: grant.accountId,
  client: grant.clientId,
  user: grant.userId,
  family: short(grant.id)
})

const ofAppToken = (
  id: string,
  { accountId, clientId, problem, scopes }: AppTokenReader.ReadAppToken
): Explanation => ({
  id,
  kind: "app-token",
  isUsable: problem === undefined,
  ...(problem === undefined ? {} : { reason: problem }),
  account: accountId,
  client: clientId,
  ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") })
})

/** Makes the function that explains a code or a token by its text, which is neither kept nor logged. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly clock: VirtualClock["Service"]
  readonly inspection: StoreInspection["Service"] | undefined
  readonly readAppToken: Effect.Success<typeof AppTokenReader.make>
}) {
  const digest = yield* Digest.Digest
  const { clock, inspection, readAppToken } = parts

  return Effect.fnUntraced(function* (
    secret: Redacted.Redacted<string>
  ): Effect.fn.Return<Explanation, NotSupported | StoreUnavailable> {
    const { now } = yield* clock.state
    const id = yield* digest.digestHex(Digest.sha256, Utf8.encode(Redacted.value(secret)))
    const appToken = AppTokenReader.isJwt(secret) ? yield* readAppToken(secret, now) : Option.none()
    if (Option.isSome(appToken)) return ofAppToken(short(id), appToken.value)
    if (inspection === undefined) return yield* cannotLook
    const found = Option.getOrUndefined(yield* unavailable(inspection.find(id, now)))
    const reason = why(found, undefined, now)
    return {
      id: short(id),
      kind: found?.kind ?? "unknown",
      isUsable: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      ...(found === undefined ? {} : belonging(found.family))
    }
  })
})
