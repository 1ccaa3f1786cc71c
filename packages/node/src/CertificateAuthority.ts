/**
 * A certificate authority that is made here, and may name a few hosts only; and the certificates that it gives out. For
 * development and tests: programs trust it once they are told to.
 *
 * It needs the packages `@peculiar/asn1-schema` and `@peculiar/asn1-x509`, which are loaded with the first certificate.
 *
 * @since 0.1.0
 */
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/**
 * A key and its certificate, both as PEM.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyPair {
  readonly key: Redacted.Redacted<string>
  readonly certificate: string
}

/**
 * The hosts that an authority may name. What is not listed is forbidden.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10 RFC 5280 section 4.2.1.10}
 * @category models
 * @since 0.1.0
 */
export interface Permitted {
  /** DNS names, each with all names below it. */
  readonly names: ReadonlyArray<string>
  /** Networks of IP addresses, such as `127.0.0.0/8`. */
  readonly networks: ReadonlyArray<string>
  /** Those of the names that stand for themselves only: what is below them is forbidden. */
  readonly bareNames?: ReadonlyArray<string>
}

/**
 * What a certificate is for: DNS names, of which the first label may be `*`, and IP addresses.
 *
 * @category models
 * @since 0.1.0
 */
export interface Names {
  readonly names: ReadonlyArray<string>
  readonly addresses: ReadonlyArray<string>
}

/**
 * How long an authority lives.
 *
 * @category models
 * @since 0.1.0
 */
export const authorityLifetime: Duration.Duration = Duration.days(5 * 365)

/**
 * How long a certificate lives. Browsers take none that lives longer than 398 days.
 *
 * @category models
 * @since 0.1.0
 */
export const lifetime: Duration.Duration = Duration.days(90)

const load = Effect.promise(() => import("./internal/certificates.ts"))

/**
 * Makes an authority that may name the permitted hosts, and give out certificates of servers only.
 *
 * @example
 * ```ts
 * import * as CertificateAuthority from "@le-auth/node/CertificateAuthority"
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Effect from "effect/Effect"
 *
 * const served = Effect.gen(function* () {
 *   const authority = yield* CertificateAuthority.make({ names: ["localhost"], networks: ["127.0.0.0/8"] })
 *   return yield* CertificateAuthority.issue(authority, { names: ["localhost"], addresses: ["127.0.0.1"] })
 * })
 *
 * Effect.provide(
 *   Effect.map(served, ({ certificate }) => certificate.slice(0, 27)),
 *   NodeCrypto.layerSecureRandom
 * ) // => "-----BEGIN CERTIFICATE-----"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (permitted: Permitted): Effect.Effect<KeyPair, never, SecureRandom.SecureRandom> =>
  Effect.flatMap(load, ({ make }) => Effect.orDie(make(permitted)))

/**
 * Gives out a certificate. Programs refuse it if one of its names is not permitted to the authority. It ends no later
 * than the authority. {@link make} has an example.
 *
 * @category constructors
 * @since 0.1.0
 */
export const issue = (authority: KeyPair, names: Names): Effect.Effect<KeyPair, never, SecureRandom.SecureRandom> =>
  Effect.flatMap(load, ({ issue }) => Effect.orDie(issue(authority, names)))
