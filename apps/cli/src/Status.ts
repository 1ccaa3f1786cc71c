/**
 * Who is signed in, where and until when. It asks nobody and refreshes nothing.
 *
 * @since 0.1.0
 */
import type { Session } from "@le-auth/core/Session"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { all, validUntil } from "./CurrentSession.ts"
import { notSignedIn } from "./Failure.ts"
import { describe, Target, withTarget } from "./Target.ts"

/** Enough to see whether two tokens are the same, and nothing of the token. */
const fingerprint = Effect.fnUntraced(function* (session: Session) {
  const digest = yield* Digest.Digest
  const bytes = new TextEncoder().encode(Redacted.value(session.accessToken))
  return `sha256:${(yield* digest.digestHex(Digest.sha256, bytes)).slice(0, 12)}`
})

const lines = Effect.fnUntraced(function* (session: Session, where: string) {
  const expired = (yield* Clock.currentTimeMillis) >= session.expiresAt
  const renewal = session.refreshToken === undefined ? "sign in again then" : "refreshed when needed"
  return [
    `User         ${session.key.subject}${session.claims?.is_admin === true ? " (administrator)" : ""}`,
    `Where        ${where}`,
    `Application  ${session.key.clientId}`,
    `Token        ${yield* fingerprint(session)} (a fingerprint)`,
    `Valid until  ${validUntil(session)}${expired ? " (over)" : ""}, ${renewal}`
  ]
})

/**
 * @since 0.1.0
 */
export const run = Effect.gen(function* () {
  const target = yield* Target
  const sessions = yield* all
  if (sessions.length === 0) return yield* notSignedIn(target.installation.accountId)
  for (const [index, session] of sessions.entries()) {
    if (index > 0) yield* Console.log("")
    yield* Console.log((yield* lines(session, describe(target))).join("\n"))
  }
  yield* Console.error(`\nKept, not encrypted, in ${yield* SessionFile.defaultPath}`)
}).pipe(withTarget)
