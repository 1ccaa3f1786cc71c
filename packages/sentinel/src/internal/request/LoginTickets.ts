/**
 * Login tickets: an authorization request on its way through the login page.
 *
 * Nothing is stored before a user has signed in, so that a flood of requests fills no memory. The request travels
 * sealed (AES-256-GCM) in the address of the login page instead. Only the nodes of this Sentinel can read it, only for
 * ten minutes, and a cookie ties it to the browser.
 */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as SealedBytes from "@le-auth/core/shared/SealedBytes"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Context from "effect/Context"
import * as Aead from "effect/crypto/Aead"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AuthorizationResponse } from "./AuthorizationResponse.ts"

const LoginTicket = Schema.Struct({
  id: Schema.String,
  expiresAt: Schema.Finite,
  accountId: Schema.String,
  clientId: Schema.String,
  redirectUri: Schema.String,
  redirectUriWasSent: Schema.Boolean,
  state: Schema.optional(Schema.String),
  codeChallenge: Schema.optional(Schema.String),
  nonce: Schema.optional(Schema.String),
  issuer: Schema.optional(Schema.String),
  scope: Schema.optional(Schema.String),
  asksAgain: Schema.optional(Schema.Boolean),
  idTokenHint: Schema.optional(Schema.String)
})

/** What is asked of the login page. */
export interface LoginRequest extends AuthorizationResponse {
  /** The user must sign in even with a session, also where the request begins again. */
  readonly asksAgain?: boolean | undefined
  /** An id_token of the only user who may sign in. */
  readonly idTokenHint?: string | undefined
}

/**
 * A {@link LoginRequest} with an id of its own and the time at which it expires, in milliseconds since 1970.
 */
export interface LoginTicket extends LoginRequest {
  readonly id: string
  readonly expiresAt: number
}

/** Makes and reads tickets, and the values that follow from them. */
export interface LoginTickets {
  /** Seals a request for a browser, which is known by its login cookie. `expiresAt` is in milliseconds since 1970. */
  readonly issue: (to: LoginRequest, browser: string, expiresAt: number) => Effect.Effect<string>
  /** Opens a ticket that `issue` sealed for the same browser, also an expired one. */
  readonly open: (sealed: string, browser: string) => Effect.Effect<Option.Option<LoginTicket>>
  /** The token of the login form (RFC 6749 section 10.12): only a page that we gave to this browser has it. */
  readonly formToken: (sealed: string, browser: string) => Effect.Effect<string>
  /** The token of the form that registers the redirect URI of an address: only a page that we gave has it. */
  readonly registerToken: (address: string) => Effect.Effect<string>
  /**
   * The session or the code that a user gets for a ticket. It is always the same one, so that a form that is sent twice
   * gives one session and one code.
   */
  readonly derive: (purpose: "session" | "code", ticket: LoginTicket, userId: string) => Effect.Effect<string>
  /**
   * The value that a browser gets once a user has signed in with it: an id that others cannot guess, the same for the
   * same ticket, and a tag that only we can make.
   */
  readonly newDevice: (ticket: LoginTicket, email: string) => Effect.Effect<string>
  /** The id of a device, if the value was made for this user. */
  readonly deviceOf: (value: string, accountId: string, email: string) => Effect.Effect<string | undefined>
}

/**
 * The secret that the keys of tickets come from: a random text. All nodes of one Sentinel have the same secret, so that
 * a login page of one node can be sent to any other, also after a restart. Without it each process draws keys of its
 * own.
 */
export const TicketSecret = Context.Reference<Redacted.Redacted<string> | undefined>(
  "@le-auth/sentinel/internal/request/TicketSecret",
  { defaultValue: () => undefined }
)

/**
 * Derives the two keys of a secret apart, by HMAC as HKDF expands (RFC 5869 section 2.3), so that Sentinel's routes
 * need no `Kdf`.
 */
const keysOf = Effect.fnUntraced(function* (secret: Redacted.Redacted<string>) {
  const mac = yield* Mac.Mac
  const root = yield* Mac.key(Mac.hmacSha256, Utf8.encode(Redacted.value(secret)))
  const part = (name: string) => mac.sign(root, Utf8.encode(`le-auth login tickets 1 ${name}`))
  return {
    sealKey: yield* Aead.key(Aead.aes256Gcm, yield* part("seal")),
    macKey: yield* Mac.key(Mac.hmacSha256, yield* part("tags"))
  }
})

const randomKeys = Effect.gen(function* () {
  const aead = yield* Aead.Aead
  const mac = yield* Mac.Mac
  return {
    sealKey: yield* aead.generateKey(Aead.aes256Gcm),
    macKey: yield* mac.generateKey(Mac.hmacSha256)
  }
})

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(LoginTicket))
const utf8 = new TextDecoder()

/** The number of characters of the id of a device (132 bits), and of a tag. */
const deviceIdLength = 22
const tagLength = 43

/** Tickets under the keys of the {@link TicketSecret}, or under random keys of this process. */
export const make: Effect.Effect<
  LoginTickets,
  CryptoError.CryptoError,
  Aead.Aead | Mac.Mac | SecureRandom.SecureRandom
> = Effect.gen(function* () {
  const mac = yield* Mac.Mac
  const random = yield* SecureRandom.SecureRandom
  const sealed = yield* SealedBytes.make
  const secret = yield* TicketSecret
  const { macKey, sealKey } = yield* secret === undefined ? randomKeys : keysOf(secret)

  /** No part has the character between them. */
  const tag = (...parts: ReadonlyArray<string>) =>
    mac.sign(macKey, Utf8.encode(parts.join("\n"))).pipe(Effect.map(Base64Url.encode), Effect.orDie)

  return {
    issue: Effect.fnUntraced(function* (to, browser, expiresAt) {
      const id = Base64Url.encode(yield* random.randomBytes(16))
      const ticket: LoginTicket = { ...to, id, expiresAt }
      return yield* sealed.seal(sealKey, Utf8.encode(JSON.stringify(ticket)), Utf8.encode(browser))
    }, Effect.orDie),
    open: Effect.fnUntraced(function* (text, browser) {
      const opened = yield* sealed.open(sealKey, text, Utf8.encode(browser))
      return Option.flatMap(opened, (plain) =>
        Option.map(Result.getSuccess(decode(utf8.decode(plain))), (ticket) => ({
          ...ticket,
          state: ticket.state,
          codeChallenge: ticket.codeChallenge,
          nonce: ticket.nonce,
          issuer: ticket.issuer
        }))
      )
    }),
    formToken: (sealed, browser) => tag("form", sealed, browser),
    registerToken: (address) => tag("register", address),
    derive: (purpose, ticket, userId) => tag(purpose, ticket.id, userId),
    newDevice: Effect.fnUntraced(function* (ticket, email) {
      const id = (yield* tag("device id", ticket.id, email.toLowerCase())).slice(0, deviceIdLength)
      return id + (yield* tag("device", id, ticket.accountId, email.toLowerCase()))
    }),
    deviceOf: Effect.fnUntraced(function* (value, accountId, email) {
      const id = value.slice(0, -tagLength)
      const expected = id + (yield* tag("device", id, accountId, email.toLowerCase()))
      return Mac.timingSafeEqual(Utf8.encode(value), Utf8.encode(expected)) ? id : undefined
    })
  }
})
