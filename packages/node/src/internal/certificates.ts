/** The documents of a certificate authority (RFC 5280), by libraries that are loaded with the first certificate. */
import * as Asn1 from "@peculiar/asn1-schema"
import * as X509 from "@peculiar/asn1-x509"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import * as Crypto from "node:crypto"
import { authorityLifetime, type KeyPair, lifetime, type Names, type Permitted } from "../CertificateAuthority.ts"

/** Clocks differ, so what is made now counts from a little earlier on. */
const backdated = Duration.hours(1)

/** ecdsa-with-SHA256 (RFC 5758 section 3.2). */
const algorithm = new X509.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" })

const serverAuthentication = new X509.ExtendedKeyUsage([X509.id_kp_serverAuth])

/** No mailbox is below this domain (RFC 2606 section 2). */
const noMailbox = "invalid"

const extension = (extnID: string, value: unknown, critical = false) =>
  new X509.Extension({ extnID, critical, extnValue: new Asn1.OctetString(Asn1.AsnConvert.serialize(value)) })

const nameOf = (commonName: string) =>
  new X509.Name([
    new X509.RelativeDistinguishedName([
      new X509.AttributeTypeAndValue({ type: "2.5.4.3", value: new X509.AttributeValue({ utf8String: commonName }) })
    ])
  ])

const subtreesOf = (
  kind: "dNSName" | "iPAddress" | "rfc822Name",
  values: ReadonlyArray<string>
): ReadonlyArray<X509.GeneralSubtree> =>
  values.map((value) => new X509.GeneralSubtree({ base: new X509.GeneralName({ [kind]: value }) }))

const everyAddress = ["0.0.0.0/0", "::/0"]

/** A kind of name without any constraint would be permitted as a whole, so each kind has one. */
const constraintsOf = ({ bareNames = [], names, networks }: Permitted): X509.NameConstraints => {
  const excluded = [
    ...(names.length === 0 ? subtreesOf("dNSName", [""]) : []),
    ...subtreesOf(
      "dNSName",
      bareNames.map((name) => `.${name}`)
    ),
    ...(networks.length === 0 ? subtreesOf("iPAddress", everyAddress) : [])
  ]
  return new X509.NameConstraints({
    permittedSubtrees: new X509.GeneralSubtrees([
      ...subtreesOf("dNSName", names),
      ...subtreesOf("iPAddress", networks),
      ...subtreesOf("rfc822Name", [noMailbox])
    ]),
    ...(excluded.length > 0 && { excludedSubtrees: new X509.GeneralSubtrees(excluded) })
  })
}

/** The name of a key (RFC 7093 section 2, method 1). */
const keyIdentifierOf = ({ subjectPublicKey }: X509.SubjectPublicKeyInfo): ArrayBuffer =>
  Uint8Array.from(Crypto.hash("sha256", new Uint8Array(subjectPublicKey), "buffer").subarray(0, 20)).buffer

const pem = (der: ArrayBuffer): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`

const newKey = Effect.sync(() => Crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }))

/** 127 random bits, the first of them set: a number that is positive, and as long for all. */
const newSerial = SecureRandom.SecureRandom.use(({ randomBytes }) =>
  Effect.map(randomBytes(16), (bytes) =>
    Uint8Array.from(bytes, (byte, index) => (index === 0 ? (byte & 63) | 64 : byte))
  )
)

const dateOf = (millis: number) => DateTime.toDateUtc(DateTime.makeUnsafe(millis))

interface Content {
  readonly serial: Uint8Array<ArrayBuffer>
  readonly issuer: X509.Name
  readonly subject: X509.Name
  readonly from: number
  readonly until: number
  readonly publicKey: X509.SubjectPublicKeyInfo
  readonly extensions: ReadonlyArray<X509.Extension>
}

const sign = (
  { extensions, from, issuer, publicKey, serial, subject, until }: Content,
  key: Crypto.KeyObject
): string => {
  const tbsCertificate = new X509.TBSCertificate({
    version: X509.Version.v3,
    serialNumber: serial.buffer,
    signature: algorithm,
    issuer,
    validity: new X509.Validity({ notBefore: dateOf(from), notAfter: dateOf(until) }),
    subject,
    subjectPublicKeyInfo: publicKey,
    extensions: new X509.Extensions([...extensions])
  })
  const signature = Crypto.sign("sha256", new Uint8Array(Asn1.AsnConvert.serialize(tbsCertificate)), key)
  return pem(
    Asn1.AsnConvert.serialize(
      new X509.Certificate({
        tbsCertificate,
        signatureAlgorithm: algorithm,
        signatureValue: Uint8Array.from(signature).buffer
      })
    )
  )
}

const privatePem = (key: Crypto.KeyObject) =>
  Redacted.make(key.export({ type: "pkcs8", format: "pem" }).toString(), { label: "key of a certificate" })

const publicOf = (key: Crypto.KeyObject): X509.SubjectPublicKeyInfo =>
  Asn1.AsnConvert.parse(key.export({ type: "spki", format: "der" }), X509.SubjectPublicKeyInfo)

/** Makes an authority that may name the permitted hosts, and give out certificates of servers only. */
export const make = Effect.fnUntraced(function* (permitted: Permitted) {
  const now = yield* Clock.currentTimeMillis
  const serial = yield* newSerial
  const { privateKey, publicKey } = yield* newKey
  const subjectPublicKeyInfo = publicOf(publicKey)
  const keyIdentifier = keyIdentifierOf(subjectPublicKeyInfo)
  // Each has a name of its own, so that programs that know several take the right one.
  const name = nameOf(`le-auth development authority ${Hex.encode(serial.subarray(0, 4))}`)
  const certificate = sign(
    {
      serial,
      issuer: name,
      subject: name,
      from: now - Duration.toMillis(backdated),
      until: now + Duration.toMillis(authorityLifetime),
      publicKey: subjectPublicKeyInfo,
      extensions: [
        extension(X509.id_ce_basicConstraints, new X509.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
        extension(
          X509.id_ce_keyUsage,
          new X509.KeyUsage(X509.KeyUsageFlags.keyCertSign | X509.KeyUsageFlags.cRLSign),
          true
        ),
        extension(X509.id_ce_extKeyUsage, serverAuthentication),
        extension(X509.id_ce_nameConstraints, constraintsOf(permitted), true),
        extension(X509.id_ce_subjectKeyIdentifier, new X509.SubjectKeyIdentifier(keyIdentifier)),
        extension(
          X509.id_ce_authorityKeyIdentifier,
          new X509.AuthorityKeyIdentifier({ keyIdentifier: new X509.KeyIdentifier(keyIdentifier) })
        )
      ]
    },
    privateKey
  )
  return { key: privatePem(privateKey), certificate } satisfies KeyPair
})

/**
 * Gives out a certificate for DNS names, of which the first label may be `*`, and IP addresses. Programs refuse it if
 * one of them is not permitted to the authority. It ends no later than the authority.
 */
export const issue = Effect.fnUntraced(function* (authority: KeyPair, { addresses, names }: Names) {
  const now = yield* Clock.currentTimeMillis
  const serial = yield* newSerial
  const { privateKey, publicKey } = yield* newKey
  const subjectPublicKeyInfo = publicOf(publicKey)
  const issuer = Asn1.AsnConvert.parse(
    new Crypto.X509Certificate(authority.certificate).raw,
    X509.Certificate
  ).tbsCertificate
  const certificate = sign(
    {
      serial,
      issuer: issuer.subject,
      subject: nameOf("le-auth development certificate"),
      from: now - Duration.toMillis(backdated),
      until: Math.min(now + Duration.toMillis(lifetime), issuer.validity.notAfter.getTime().getTime()),
      publicKey: subjectPublicKeyInfo,
      extensions: [
        extension(X509.id_ce_basicConstraints, new X509.BasicConstraints({ cA: false }), true),
        extension(X509.id_ce_keyUsage, new X509.KeyUsage(X509.KeyUsageFlags.digitalSignature), true),
        extension(X509.id_ce_extKeyUsage, serverAuthentication),
        extension(
          X509.id_ce_subjectAltName,
          new X509.SubjectAlternativeName([
            ...names.map((dNSName) => new X509.GeneralName({ dNSName })),
            ...addresses.map((iPAddress) => new X509.GeneralName({ iPAddress }))
          ])
        ),
        extension(
          X509.id_ce_subjectKeyIdentifier,
          new X509.SubjectKeyIdentifier(keyIdentifierOf(subjectPublicKeyInfo))
        ),
        extension(
          X509.id_ce_authorityKeyIdentifier,
          new X509.AuthorityKeyIdentifier({
            keyIdentifier: new X509.KeyIdentifier(keyIdentifierOf(issuer.subjectPublicKeyInfo))
          })
        )
      ]
    },
    Crypto.createPrivateKey(Redacted.value(authority.key))
  )
  return { key: privatePem(privateKey), certificate } satisfies KeyPair
})
