/**
 * Explains an id_token, and says whether it is genuine.
 *
 * @since 0.1.0
 */
import * as Domains from "@le-auth/core/Domains"
import type { ClientId } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { current } from "./CurrentSession.ts"
import { type Failure, failed } from "./Failure.ts"
import * as Input from "./Input.ts"
import * as Output from "./Output.ts"
import { type Row, table } from "./Shown.ts"
import { failureAt, type Selection, Target, withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export interface Options extends Selection {
  readonly jwt: Option.Option<string>
  readonly verify: boolean
}

const instant = (seconds: number): string =>
  Option.match(DateTime.make(seconds * 1000), { onNone: () => String(seconds), onSome: DateTime.formatIso })

const rowsOf = (claims: IdToken.IdTokenClaims, keyId: string | undefined, clientId: ClientId): ReadonlyArray<Row> => {
  const audience = typeof claims.aud === "string" ? [claims.aud] : claims.aud
  return [
    ["sub", claims.sub, "the user, unique within one account at best"],
    [
      "aud",
      audience.join(", "),
      audience.includes(clientId) ? "this application" : `not this application, which is ${clientId}`
    ],
    ...(claims.azp === undefined ? [] : [["azp", claims.azp, "the application that asked for it"] as const]),
    ["iss", claims.iss, IdToken.isIssuer(claims.iss) ? "LivePerson's Sentinel" : "not LivePerson's Sentinel"],
    ["iat", instant(claims.iat), "when it was issued"],
    ["exp", instant(claims.exp), "from then on it is no proof of a sign-in any more"],
    ...(claims.is_admin === undefined
      ? []
      : [["is_admin", String(claims.is_admin), "whether the user administers the account"] as const]),
    ...(claims.is_lpa === undefined
      ? []
      : [["is_lpa", String(claims.is_lpa), "whether the user is LivePerson's own administrator"] as const]),
    ...(keyId === undefined ? [] : [["kid", keyId, "which key signed it"] as const])
  ]
}

interface Explained {
  readonly claims: IdToken.UnverifiedClaims | IdToken.VerifiedClaims
  readonly keyId: string | undefined
  /** Why it is not verified; `undefined` if it is. */
  readonly problem: Failure | undefined
}

/** The session keeps the claims, not the token: nobody needs that any more. */
const ofSession = Effect.gen(function* () {
  const { claims } = yield* current
  if (claims === undefined) return yield* failed("The sign-in brought no id_token.")
  const problem =
    claims._tag === "VerifiedClaims"
      ? undefined
      : failed(
          "Not verified: Sentinel did not publish its key when you signed in; it came straight from Sentinel over TLS."
        )
  return { claims, keyId: undefined, problem } satisfies Explained
})

const ofToken = Effect.fnUntraced(function* (text: string, verify: boolean) {
  const target = yield* Target
  const { accountId, clientId } = target.installation
  const token = Redacted.make(text, { label: "id_token" })
  const claims = yield* Effect.fromResult(IdToken.decodeUnverified(token))
  const keyId = IdToken.keyId(token)
  const verified = Effect.gen(function* () {
    const sentinel = yield* Domains.resolve(accountId, "sentinel")
    const keys = yield* SentinelClient.use((client) => client.keys(sentinel))
    return yield* IdToken.verify({ token, clientId, keys })
  })
  const problem = verify
    ? yield* Effect.match(verified, { onSuccess: () => undefined, onFailure: failureAt(target) })
    : failed("Not verified, as you said: anybody can write such a token.")
  return { claims, keyId, problem } satisfies Explained
})

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* ({ jwt, verify }: Options) {
  const { clientId } = (yield* Target).installation
  const text = Option.getOrUndefined(jwt)
  const { claims, keyId, problem }: Explained =
    text === undefined
      ? yield* ofSession
      : yield* ofToken(text === "-" ? yield* Input.line("the id_token") : text, verify)
  const { _tag: _, ...plain } = claims
  yield* Output.print(
    { verified: problem === undefined, problem: problem?.message ?? null, keyId: keyId ?? null, claims: plain },
    `${problem === undefined ? "VERIFIED" : "NOT VERIFIED: show what it says, never decide by it"}\n\n${table(rowsOf(claims, keyId, clientId))}`
  )
  if (problem !== undefined && verify) return yield* problem
}, withTarget)
