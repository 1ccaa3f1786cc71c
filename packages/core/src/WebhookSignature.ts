/**
 * The signature of the webhooks that LivePerson sends: an HMAC of the body's bytes with the client secret, in the
 * header `x-liveperson-signature`.
 *
 * @see LivePerson, Connector API, "Webhooks", notification protocol, authentication
 * @since 0.1.0
 */
import * as Mac from "effect/crypto/Mac"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AppInstallations, type UnknownInstallation } from "./AppInstallations.ts"
import type { AccountId } from "./Identifiers.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import * as Utf8 from "./shared/Utf8.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * The header that has the signature.
 *
 * @category models
 * @since 0.1.0
 */
export const headerName = "x-liveperson-signature"

/**
 * The sender knows the client secret, and the body is as it was signed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Valid = Schema.TaggedStruct("Valid", {})
export type Valid = typeof Valid.Type

/**
 * There is a signature, and it is not one of this body with this secret. `problem` repeats nothing of it. Answer 401.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Invalid = Schema.TaggedStruct("Invalid", { problem: Schema.String })
export type Invalid = typeof Invalid.Type

/**
 * The request has no signature. Answer 401.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Missing = Schema.TaggedStruct("Missing", {})
export type Missing = typeof Missing.Type

/**
 * What {@link verify} found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Verification = Schema.Union([Valid, Invalid, Missing])
export type Verification = typeof Verification.Type

/**
 * The hash of the HMAC: SHA-1 by default, SHA-256 for some accounts. As an HMAC both are secure; the forger of a body
 * needs the secret.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6194#section-3.3 RFC 6194 section 3.3}
 * @category schemas
 * @since 0.1.0
 */
export const Hash = Schema.Literals(["sha1", "sha256"])
export type Hash = typeof Hash.Type

/**
 * How the HMAC is written: Base64 by default, hexadecimal by configuration.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc4648#section-4 RFC 4648 section 4}
 * @category schemas
 * @since 0.1.0
 */
export const Encoding = Schema.Literals(["base64", "hex"])
export type Encoding = typeof Encoding.Type

const algorithms = { sha1: Mac.hmacSha1, sha256: Mac.hmacSha256 } as const
const encodings = { base64: Base64, hex: Hex } as const

const keyOf = (hash: Hash, secret: Redacted.Redacted<string>) =>
  Mac.key(algorithms[hash], Utf8.encode(Redacted.value(secret)))

interface Signature {
  readonly hash: Hash
  readonly tag: Uint8Array
}

/** Reads `sha1=…` or `sha256=…`. `undefined` if it is not one HMAC of that hash, in one of the two encodings. */
const read = (header: string): Signature | undefined => {
  const parts = /^(sha1|sha256)=([\w+/=]{28,64})$/i.exec(header)
  if (parts === null) return undefined
  const hash = parts[1]!.toLowerCase() as Hash
  const text = parts[2]!
  const { outputLength } = algorithms[hash].hash
  // The two encodings of a hash differ in length.
  const isHex = text.length === outputLength * 2
  const written = isHex ? text.toLowerCase() : text
  const encoding = isHex ? Hex : Base64
  const tag = Result.getOrUndefined(encoding.decode(written))
  // Written again: Base64 has several texts for the same bytes, of which one is right (RFC 4648 section 3.5).
  return tag?.length === outputLength && encoding.encode(tag) === written ? { hash, tag } : undefined
}

const invalid = (problem: string) => Effect.fail(Invalid.make({ problem }))

/**
 * Verifies the signature of a webhook, in constant time, with the client secret that `AppInstallations` has for the
 * account; without `accountId`, with that of the only installation. The account comes from your configuration, or from
 * the header `x-liveperson-account-id`: that one only chooses among your own secrets.
 *
 * `body` must be the bytes as they came: a body that was parsed and written again is another one. `header` is the
 * header {@link headerName}. The hash and the encoding are the sender's choice. Neither the secret nor the right
 * signature is in any result, error, log or span.
 *
 * Fails with `UnknownInstallation` if the application is not installed in the account, and with a `StoreError` if your
 * `AppInstallations` does.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as WebhookSignature from "@le-auth/core/WebhookSignature"
 * import * as Effect from "effect/Effect"
 *
 * const body = new TextEncoder().encode('{"kind":"notification"}')
 *
 * const received = Effect.gen(function* () {
 *   const installations = yield* AppInstallations.AppInstallations
 *   const { accountId, clientSecret } = yield* installations.find()
 *   // LivePerson does this.
 *   const header = yield* WebhookSignature.sign({ secret: clientSecret, body, hash: "sha1", encoding: "base64" })
 *   return yield* WebhookSignature.verify({ accountId, body, header })
 * })
 *
 * received // => { _tag: "Valid" }
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104#section-2 RFC 2104 section 2}
 * @category constructors
 * @since 0.1.0
 */
export const verify = (options: {
  readonly accountId?: AccountId | undefined
  readonly body: Uint8Array
  readonly header: string | null | undefined
}): Effect.Effect<Verification, UnknownInstallation | StoreError, AppInstallations | Mac.Mac> =>
  // A refusal fails up to here, so that it is counted as one.
  Telemetry.operation("WebhookSignature.verify", (about) =>
    Effect.gen(function* () {
      const header = (options.header ?? "").replace(/^[ \t]+|[ \t]+$/g, "")
      if (header === "") return yield* Effect.fail(Missing.make({}))
      const signature = read(header)
      if (signature === undefined) return yield* invalid("it is not sha1= or sha256= with one HMAC in Base64 or hex")
      const installations = yield* AppInstallations
      const { accountId, clientSecret } = yield* installations.find(options.accountId)
      about.account = accountId
      const mac = yield* Mac.Mac
      const key = yield* Effect.orDie(keyOf(signature.hash, clientSecret))
      return (yield* Effect.orDie(mac.verify(key, signature.tag, options.body)))
        ? Valid.make({})
        : yield* invalid("it is not that of these bytes with the client secret; a body that was parsed is another one")
    })
  ).pipe(Effect.catchTag(["Invalid", "Missing"], (refusal) => Effect.succeed(refusal)))

/**
 * Makes the value of the header {@link headerName}, as LivePerson does: for tests of a receiver.
 *
 * @example
 * ```ts
 * import * as WebhookSignature from "@le-auth/core/WebhookSignature"
 * import * as Redacted from "effect/Redacted"
 *
 * WebhookSignature.sign({
 *   secret: Redacted.make("key"),
 *   body: new TextEncoder().encode("The quick brown fox jumps over the lazy dog"),
 *   hash: "sha1",
 *   encoding: "hex"
 * })
 * // => "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104#section-2 RFC 2104 section 2}
 * @category constructors
 * @since 0.1.0
 */
export const sign = Effect.fnUntraced(function* (options: {
  readonly secret: Redacted.Redacted<string>
  readonly body: Uint8Array
  readonly hash: Hash
  readonly encoding: Encoding
}): Effect.fn.Return<string, never, Mac.Mac> {
  const mac = yield* Mac.Mac
  const key = yield* Effect.orDie(keyOf(options.hash, options.secret))
  const tag = yield* Effect.orDie(mac.sign(key, options.body))
  return `${options.hash}=${encodings[options.encoding].encode(tag)}`
})
