/** Sessions, app tokens, and directories to keep them in. */
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { UnverifiedClaims } from "@le-auth/core/IdToken"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

export const account = AccountId.make("12345678")

export const key = (subject: string, accountId = account) =>
  new SessionKey({
    accountId: AccountId.make(accountId),
    clientId: ClientId.make("client"),
    subject: Subject.make(subject)
  })

/** A session that is due for a refresh since 1970. Another token is another generation. */
export const session = (subject: string, accountId?: AccountId, token = `token-of-${subject}`) =>
  new Session({
    key: key(subject, accountId),
    generation: Generation.make(
      createHash("sha256").update(`${accountId}/${subject}/${token}`).digest("base64url").slice(0, 22)
    ),
    accessToken: Redacted.make(token),
    refreshToken: Redacted.make("planted-refresh-token"),
    claims: new UnverifiedClaims({
      sub: Subject.make(subject),
      aud: ClientId.make("client"),
      iss: "Sentinel",
      iat: 1,
      exp: 2
    }),
    signedInAt: 1,
    refreshAt: 2,
    expiresAt: 3
  })

/** A token of an application that is valid for an hour from now. */
export const appToken = (client: string, token = `token-of-${client}`) =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) =>
      new AppToken({
        key: new AppTokenKey({ accountId: account, clientId: ClientId.make(client) }),
        accessToken: Redacted.make(token),
        obtainedAt: now,
        renewAt: now + 2_880_000,
        expiresAt: now + 3_600_000
      })
  )

/** A directory that is gone with the test. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-node-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true }))
)
