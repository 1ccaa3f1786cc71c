/** Sessions: the ordinary, the smallest, the strange, and any. */
import { AccessToken, AccountId, ClientId, RefreshToken, Subject } from "@le-auth/core/Identifiers"
import { UnverifiedClaims, VerifiedClaims } from "@le-auth/core/IdToken"
import { Origin } from "@le-auth/core/Origin"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Unique from "./unique.ts"

/** The key of a session in an account that no other case has. */
export const uniqueKey: Effect.Effect<SessionKey> = Effect.map(
  Unique.accountText,
  (account) =>
    new SessionKey({
      accountId: AccountId.make(account),
      clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
      subject: Subject.make("3552833710")
    })
)

/** The same key, but another object: keys are equal by what they say. */
export const equalKey = (key: SessionKey): SessionKey => new SessionKey({ ...key })

const claims = {
  sub: Subject.make("3552833710"),
  aud: ClientId.make("11111111-1111-4111-8111-111111111111"),
  iss: "sentinel",
  iat: 1_700_000_000,
  exp: 1_700_000_600,
  is_admin: true
}

/** A generation that no other has, as `Sessions` makes one: 22 characters of base64url. */
export const uniqueGeneration: Effect.Effect<Generation> = Effect.map(Unique.generationText, (text) =>
  Generation.make(text)
)

/** The generation of a sample: another one for each key and serial, always the same. */
const generationOf = (key: SessionKey, serial: number): Generation => {
  let [one, other] = [serial + 1, 0x9e3779b9]
  for (const character of key.toString()) {
    one = Math.imul(one ^ character.charCodeAt(0), 0x01000193)
    other = Math.imul(other ^ one, 0x85ebca6b) ^ (one >>> 13)
  }
  const digits = (number: number) => (number >>> 0).toString(36).padStart(7, "0")
  return Generation.make(`${digits(one)}_-${digits(other)}`.padEnd(22, "A"))
}

/** All members that a session can have. Its tokens are numbered, so that a mixture of two sessions shows. */
export const whole = (key: SessionKey, serial = 0): Session =>
  new Session({
    key,
    generation: generationOf(key, serial),
    accessToken: Redacted.make(`planted-access-${serial}`),
    refreshToken: Redacted.make(`planted-refresh-${serial}`),
    claims: new VerifiedClaims(claims),
    signedInAt: 1_700_000_000_000,
    renewedAt: 1_700_000_000_000 + serial,
    sentinel: Origin.make("https://va.sentinel.liveperson.net"),
    refreshAt: 1_700_001_800_000 + serial,
    expiresAt: 1_700_028_800_000
  })

/** Only what a session must have: no refresh token, no claims. */
export const smallest = (key: SessionKey): Session =>
  new Session({
    key,
    generation: generationOf(key, -1),
    accessToken: Redacted.make("a"),
    signedInAt: 0,
    refreshAt: 0,
    expiresAt: 0
  })

/** Tokens longer than any that was seen, and of every character that they may have. */
export const strange = (key: SessionKey): Session => {
  const every = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("")
  return new Session({
    key,
    generation: generationOf(key, -2),
    accessToken: Redacted.make(every.repeat(20)),
    refreshToken: Redacted.make(` ${every} `),
    claims: new UnverifiedClaims({
      ...claims,
      aud: [claims.aud, ClientId.make(every)],
      azp: claims.aud,
      iss: "Sentinel"
    }),
    signedInAt: 1,
    refreshAt: 2,
    expiresAt: 3
  })
}

const instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8_640_000_000_000_000 }))

/** Any session that an adapter can be given, still without an account of its own. */
export const any: Arbitrary.Arbitrary<(accountId: AccountId) => Session> = Arbitrary.map(
  // Optional members of a schema are seldom there, and more seldom the dearer they are: here one of two sessions has
  // each.
  Arbitrary.all({
    has: Arbitrary.schema(
      Schema.Struct({ refreshToken: Schema.Boolean, renewedAt: Schema.Boolean, claims: Schema.Boolean })
    ),
    session: Arbitrary.schema(
      Schema.Struct({
        clientId: ClientId,
        subject: Schema.toType(Subject),
        generation: Schema.toType(Generation),
        accessToken: AccessToken,
        refreshToken: RefreshToken,
        claims: Schema.Union([VerifiedClaims, UnverifiedClaims]),
        signedInAt: instant,
        renewedAt: instant,
        refreshAt: instant,
        expiresAt: instant
      })
    )
  }),
  ({ has, session: { claims, clientId, refreshToken, renewedAt, subject, ...rest } }) =>
    (accountId) =>
      new Session({
        ...rest,
        ...(has.refreshToken ? { refreshToken } : {}),
        ...(has.renewedAt ? { renewedAt } : {}),
        ...(has.claims ? { claims } : {}),
        key: new SessionKey({ accountId, clientId, subject })
      })
)

const encode = Schema.encodeSync(Schema.toCodecJson(Session))

/** A session as JSON, to compare it by: two secrets are equal only if what they hide is. */
export const plainOf = (session: Session): unknown => structuredClone(JSON.parse(JSON.stringify(encode(session))))
