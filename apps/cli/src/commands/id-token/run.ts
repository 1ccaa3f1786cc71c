/**
 * Explains an id_token, and says whether it is genuine.
 */
import * as Domains from "@le-auth/core/Domains"
import type { ClientId } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { current } from "../../target/CurrentSession.ts"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { failureAt, withCalls, withTarget } from "../../target/WithTarget.ts"
import { type Failure, failed } from "../../terminal/Failure.ts"
import * as Input from "../../terminal/Input.ts"
import * as Output from "../../terminal/Output.ts"
import { join, type Row, table, text } from "../../terminal/TerminalText.ts"

export interface Options extends Selection {
  readonly jwt: Option.Option<string>
  readonly verify: boolean
}

const instant = (seconds: number): string =>
  Option.match(DateTime.make(seconds * 1000), { onNone: () => String(seconds), onSome: DateTime.formatIso })

const rowsOf = (claims: IdToken.IdTokenClaims, keyId: string | undefined, clientId: ClientId): ReadonlyArray<Row> => {
  const audience = typeof claims.aud === "string" ? [claims.aud] : claims.aud
  return [
    ["sub", claims.sub, text`the user; unique within an account at most`],
    [
      "aud",
      audience.join(", "),
      audience.includes(clientId) ? text`this application` : text`not this application, which is ${clientId}`
    ],
    ...(claims.azp === undefined ? [] : [["azp", claims.azp, text`the application that asked for it`] as const]),
    ["iss", claims.iss, IdToken.isIssuer(claims.iss) ? text`LivePerson's Sentinel` : text`not LivePerson's Sentinel`],
    ["iat", instant(claims.iat), text`when it was issued`],
    ["exp", instant(claims.exp), text`after that, it does not prove a sign-in`],
    ...(claims.is_admin === undefined
      ? []
      : [["is_admin", String(claims.is_admin), text`whether the user administers the account`] as const]),
    ...(claims.is_lpa === undefined
      ? []
      : [["is_lpa", String(claims.is_lpa), text`whether the user is LivePerson's own administrator`] as const]),
    ...(keyId === undefined ? [] : [["kid", keyId, text`which key signed it`] as const])
  ]
}

interface Explained {
  readonly claims: IdToken.UnverifiedClaims | IdToken.VerifiedClaims
  readonly keyId: string | undefined
  /** Why it is not verified; absent if it is. */
  readonly problem: Failure | undefined
}

/** The session keeps the claims and not the token, which is not needed after the sign-in. */
const ofSession = Effect.gen(function* () {
  const { claims } = yield* current
  if (claims === undefined) return yield* failed(text`The sign-in brought no id_token.`)
  const problem =
    claims._tag === "VerifiedClaims"
      ? undefined
      : failed(
          text`Not verified: Sentinel did not publish its key when you signed in; it came straight from Sentinel over TLS.`
        )
  return { claims, keyId: undefined, problem } satisfies Explained
})

const ofToken = Effect.fnUntraced(function* (jwt: string, verify: boolean) {
  const target = yield* Target
  const { accountId, clientId } = target.installation
  const token = Redacted.make(jwt, { label: "id_token" })
  const claims = yield* Effect.fromResult(IdToken.decodeUnverified(token))
  const keyId = IdToken.keyId(token)
  const verified = Effect.gen(function* () {
    const sentinel = yield* Domains.resolve(accountId, "sentinel")
    const keys = yield* SentinelClient.use((client) => client.keys(sentinel))
    return yield* IdToken.verify({ token, clientId, keys })
  })
  const problem = verify
    ? yield* Effect.match(verified, { onSuccess: () => undefined, onFailure: failureAt(target) })
    : failed(text`Not verified, as you asked: anyone can write such a token.`)
  return { claims, keyId, problem } satisfies Explained
})

const explain = Effect.fnUntraced(function* ({ claims, keyId, problem }: Explained, verify: boolean) {
  const { clientId } = (yield* Target).installation
  const { _tag: _, ...plain } = claims
  yield* Output.print(
    { verified: problem === undefined, problem: problem?.message ?? null, keyId: keyId ?? null, claims: plain },
    join("\n\n", [
      problem === undefined ? text`VERIFIED` : text`NOT VERIFIED: show what it says, and decide nothing by it`,
      table(rowsOf(claims, keyId, clientId))
    ])
  )
  if (problem !== undefined && verify) return yield* problem
})

const explainSession = Effect.fnUntraced(function* ({ verify }: Options) {
  yield* explain(yield* ofSession, verify)
}, withTarget)

const explainToken = Effect.fnUntraced(function* ({ verify }: Options, jwt: string) {
  yield* explain(yield* ofToken(jwt === "-" ? yield* Input.line("the id_token") : jwt, verify), verify)
}, withCalls)

export const run = (options: Options) =>
  Option.match(options.jwt, {
    onNone: () => explainSession(options),
    onSome: (jwt) => explainToken(options, jwt)
  })
