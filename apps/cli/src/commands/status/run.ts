/**
 * Shows the user who is signed in and the app token, where and until when. Sends no request and refreshes nothing.
 */
import type { AccessToken } from "@le-auth/core/Identifiers"
import type { Session } from "@le-auth/core/Session"
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as Clock from "effect/Clock"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { all, givenToken, validUntil } from "../../target/CurrentSession.ts"
import { describe, Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import { notSignedIn } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { join, type Text, text } from "../../terminal/TerminalText.ts"

/** Enough to compare two tokens, without showing either. */
const fingerprint = Effect.fnUntraced(function* (token: AccessToken) {
  const digest = yield* Digest.Digest
  const bytes = new TextEncoder().encode(Redacted.value(token))
  return `sha256:${(yield* digest.digestHex(Digest.sha256, bytes)).slice(0, 12)}`
})

const factsOf = Effect.fnUntraced(function* (session: Session) {
  return {
    account: session.key.accountId,
    application: session.key.clientId,
    user: session.key.subject,
    administrator: session.claims?.is_admin === true,
    fingerprint: yield* fingerprint(session.accessToken),
    validUntil: validUntil(session),
    expired: (yield* Clock.currentTimeMillis) >= session.expiresAt,
    refreshable: session.refreshToken !== undefined
  }
})

/** The token of the application itself, if one is kept. */
const appTokenFacts = Effect.gen(function* () {
  const found = yield* CurrentAppToken.kept
  if (Option.isNone(found)) return null
  const { accessToken, key } = found.value
  return {
    application: key.clientId,
    fingerprint: yield* fingerprint(accessToken),
    ...(yield* CurrentAppToken.factsOf(accessToken))
  }
})

type AppTokenFacts = NonNullable<Effect.Success<typeof appTokenFacts>>

const textOfAppToken = ({ application, fingerprint, scopes, validUntil }: AppTokenFacts, where: Text): Text =>
  join("\n", [
    text`Application  ${application}, by itself`,
    text`Where        ${where}`,
    text`Token        ${fingerprint} (a fingerprint)`,
    ...(scopes === null ? [] : [text`Scopes       ${scopes.join(" ") || "none"}`]),
    text`Valid until  ${validUntil ?? "its end, which it does not say"}, renewed when needed`
  ])

type Facts = Effect.Success<ReturnType<typeof factsOf>>

const textOf = (facts: Facts, where: Text): Text =>
  join("\n", [
    text`User         ${facts.user}${facts.administrator ? " (administrator)" : ""}`,
    text`Where        ${where}`,
    text`Application  ${facts.application}`,
    text`Token        ${facts.fingerprint} (a fingerprint)`,
    join(" ", [
      text`Valid until  ${facts.validUntil}${facts.expired ? " (over)" : ""},`,
      facts.refreshable ? text`refreshed when needed` : text`sign in again then`
    ])
  ])

const sealedWith = (location: UserSealKey.SealKeyLocation["Service"]) => {
  switch (location) {
    case "keychain":
      return Effect.succeed(text`a key in the keychain`)
    case "nowhere":
      return Effect.succeed(text`no key yet`)
    case "settings":
      return Effect.succeed(text`the keys of LE_AUTH_SEAL_KEYS`)
    case "file":
      return Effect.map(
        UserSealKey.defaultPath,
        (path) => text`a key in ${path}, not in a keychain: anyone who can read your files can use them`
      )
  }
}

export const run = Effect.fnUntraced(function* (_: Selection) {
  const target = yield* Target
  const location = yield* UserSealKey.SealKeyLocation
  const given = yield* givenToken
  const overriding = given === undefined ? null : { fingerprint: yield* fingerprint(given) }
  const sessions = yield* Effect.flatMap(all, Effect.forEach(factsOf))
  const appToken = yield* appTokenFacts
  if (sessions.length === 0 && overriding === null && appToken === null) return yield* notSignedIn(target.installation)
  yield* Output.print(
    {
      account: target.installation.accountId,
      localSentinel: target.localSentinel ?? null,
      sealKey: location,
      overriding,
      sessions,
      appToken
    },
    join("\n\n", [
      ...(overriding === null
        ? []
        : [
            text`Token        ${overriding.fingerprint} (a fingerprint), from LE_AUTH_ACCESS_TOKEN, which overrides sessions`
          ]),
      ...sessions.map((facts) => textOf(facts, describe(target))),
      ...(appToken === null ? [] : [textOfAppToken(appToken, describe(target))])
    ])
  )
  const files = join(" ", [
    ...(sessions.length > 0 || appToken === null ? [text`${yield* SessionFile.defaultPath}`] : []),
    ...(appToken === null ? [] : [text`${sessions.length > 0 ? "and " : ""}${yield* AppTokenFile.defaultPath}`])
  ])
  yield* Output.say(text`\nKept in ${files}, sealed with ${yield* sealedWith(location)}`)
}, withTarget)
