/**
 * The key and the certificate of a server that speaks TLS. They are checked when they are made, so that a server that
 * has a pair can use it.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"

/**
 * A checked pair. {@link make} makes it.
 *
 * @category models
 * @since 0.1.0
 */
export interface TlsKeyPair {
  /** The private key as PEM. */
  readonly key: Redacted.Redacted<string>
  /** The certificate as PEM, and behind it those that lead to its authority. */
  readonly certificate: string
  /** When the certificate ends, in milliseconds since 1970. */
  readonly expiresAt: number
  /** The DNS names and IP addresses that it is for. */
  readonly hosts: ReadonlyArray<string>
}

/**
 * A key or a certificate cannot be used. The message says why, and has nothing of the key.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidKeyPair extends Schema.TaggedError<InvalidKeyPair>()("InvalidKeyPair", {
  /** Which of the two has to be changed. */
  part: Schema.Literals(["key", "certificate"]),
  problem: Schema.String
}) {
  override get message(): string {
    return `The ${this.part} ${this.problem}`
  }
}

const wrong = (part: InvalidKeyPair["part"], problem: string) => Effect.fail(new InvalidKeyPair({ part, problem }))

const parsed = <A>(parse: () => A): Effect.Effect<A, void> => Effect.try({ try: parse, catch: () => undefined })

const isEncrypted = (pem: string): boolean => /-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem)

/** RFC 6125 section 6.4: a certificate that lists names is for those, whatever its subject says. */
const hostsOf = ({ subjectAltName }: Crypto.X509Certificate): ReadonlyArray<string> =>
  (subjectAltName ?? "").split(", ").flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])

const leafOf = Effect.fnUntraced(function* (certificate: string) {
  const leaf = yield* parsed(() => new Crypto.X509Certificate(certificate)).pipe(
    Effect.catch(() => wrong("certificate", "is not one: it begins with -----BEGIN CERTIFICATE-----."))
  )
  const now = yield* Clock.currentTimeMillis
  if (leaf.validToDate.getTime() <= now) {
    return yield* wrong("certificate", `has ended, on ${leaf.validToDate.toISOString()}. Renew it.`)
  }
  if (leaf.validFromDate.getTime() > now) {
    return yield* wrong("certificate", `counts from ${leaf.validFromDate.toISOString()} on. Check the clock.`)
  }
  return leaf
})

const keyOf = Effect.fnUntraced(function* (key: Redacted.Redacted<string>) {
  const pem = Redacted.value(key)
  if (isEncrypted(pem)) {
    return yield* wrong("key", "is encrypted. Decrypt it for the server: openssl pkey -in encrypted.pem -out key.pem")
  }
  return yield* parsed(() => Crypto.createPrivateKey(pem)).pipe(
    Effect.catch(() => wrong("key", "is not a private key: it begins with -----BEGIN PRIVATE KEY-----."))
  )
})

/**
 * Checks that both can be read, that they belong together, and that the certificate counts now. Whether clients trust
 * it only they know.
 *
 * @example
 * ```ts
 * import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * const problem = Effect.flip(TlsKeyPair.make({ key: Redacted.make(""), certificate: "" }))
 *
 * Effect.runSync(problem).part // => "certificate"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  certificate,
  key
}: {
  readonly key: Redacted.Redacted<string>
  readonly certificate: string
}): Effect.fn.Return<TlsKeyPair, InvalidKeyPair> {
  const leaf = yield* leafOf(certificate)
  if (!leaf.checkPrivateKey(yield* keyOf(key))) {
    return yield* wrong("key", "does not belong to the certificate. Give those that were made together.")
  }
  return { key, certificate, expiresAt: leaf.validToDate.getTime(), hosts: hostsOf(leaf) }
})
