/** App tokens: the ordinary, the strange, and any. All of them are valid for some time yet, by the clock. */
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AccessToken, AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Unique from "./unique.ts"

/** How long {@link whole} lives. */
export const life = Duration.hours(1)

/** The key of an app token in an account that no other case has. */
export const uniqueKey: Effect.Effect<AppTokenKey> = Effect.map(
  Unique.accountText,
  (account) =>
    new AppTokenKey({
      accountId: AccountId.make(account),
      clientId: ClientId.make("33333333-3333-4333-8333-333333333333")
    })
)

/** The same key, but another object: keys are equal by what they say. */
export const equalKey = (key: AppTokenKey): AppTokenKey => new AppTokenKey({ ...key })

const made = (key: AppTokenKey, accessToken: string, now: number, lifetime: number): AppToken =>
  new AppToken({
    key,
    accessToken: Redacted.make(accessToken),
    obtainedAt: now,
    renewAt: now + 0.8 * lifetime,
    expiresAt: now + lifetime
  })

/** A token that came now. Its text is numbered, and so are its times, so that a mixture of two tokens shows. */
export const whole = (key: AppTokenKey, serial = 0): Effect.Effect<AppToken> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    made(key, `planted-app-${serial}`, now + serial, Duration.toMillis(life))
  )

/** One that ends these milliseconds from now. Less than none: it is over. */
export const ending = (key: AppTokenKey, milliseconds: number): Effect.Effect<AppToken> =>
  Effect.map(Clock.currentTimeMillis, (now) => made(key, "planted-app", now, milliseconds))

/** A token longer than any that was seen, of every character that it may have. */
export const strange = (key: AppTokenKey): Effect.Effect<AppToken> => {
  const every = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("")
  return Effect.map(Clock.currentTimeMillis, (now) => made(key, every.repeat(40), now, Number.MAX_VALUE))
}

const instant = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 8_640_000_000_000_000 }))
/** From a minute on: the case looks at it within that time. */
const lifetime = Schema.Finite.check(Schema.isBetween({ minimum: 120_000, maximum: 8_640_000_000_000_000 }))

/** Any app token that an adapter can be given, still without an account of its own. */
export const any: Arbitrary.Arbitrary<(accountId: AccountId, now: number) => AppToken> = Arbitrary.map(
  Arbitrary.schema(
    Schema.Struct({ clientId: ClientId, accessToken: AccessToken, obtainedAt: instant, renewAt: instant, lifetime })
  ),
  ({ clientId, lifetime, ...rest }) =>
    (accountId, now) =>
      new AppToken({ ...rest, key: new AppTokenKey({ accountId, clientId }), expiresAt: now + lifetime })
)

const encode = Schema.encodeSync(Schema.toCodecJson(AppToken))

/** An app token as JSON, to compare it by: two secrets are equal only if what they hide is. */
export const plainOf = (token: AppToken): unknown => structuredClone(JSON.parse(JSON.stringify(encode(token))))
