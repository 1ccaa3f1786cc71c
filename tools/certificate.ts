// A certificate for the tests, made anew each time: no key lies in the repository, and no openssl is needed. It has
// signed itself, so a browser has to be told to take it.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** DER (X.690): tag, length, content. */
const der = (tag: number, ...parts: Buffer[]) => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const hex = (text: string) => Buffer.from(text, "hex")

/** ecdsa-with-SHA256. */
const algorithm = sequence(der(6, hex("2a8648ce3d040302")))

/**
 * Key and certificate (RFC 5280 section 4.1, version 1), as `node:https` takes them: for a common name, and by default
 * valid for all of the time that two digits of a year can say (section 4.1.2.5.1).
 */
export function certificate({
  name: commonName = "le-auth tests",
  until = "491231235959Z"
}: { name?: string; until?: string } = {}) {
  const name = sequence(der(0x31, sequence(der(6, hex("550403")), der(0x0c, Buffer.from(commonName)))))
  const validity = sequence(der(0x17, Buffer.from("700101000000Z")), der(0x17, Buffer.from(until)))
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const subject = publicKey.export({ type: "spki", format: "der" })
  // One that starts with 1 is positive. Firefox takes no two certificates with the same one.
  const serial = der(2, Buffer.from([1]), randomBytes(15))
  const body = sequence(serial, algorithm, name, validity, name, subject)
  const signature = der(3, Buffer.from([0]), sign("sha256", body, privateKey))
  const encoded = sequence(body, algorithm, signature).toString("base64")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${encoded.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`
  }
}
