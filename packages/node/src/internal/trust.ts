/** Which certificates of a server are believed, and what to do about one that is not. */
import * as Fs from "node:fs/promises"
import * as Tls from "node:tls"

/** OpenSSL's names for a chain that does not end at a trusted authority. */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

/** Whether it is somewhere in the chain of causes that a certificate is not trusted. */
export const isUntrusted = (error: unknown): boolean => {
  let current = error
  for (let depth = 0; depth < 20 && typeof current === "object" && current !== null; depth++) {
    const { cause, code } = current as { readonly cause?: unknown; readonly code?: unknown }
    if (typeof code === "string" && untrusted.has(code)) return true
    current = cause
  }
  return false
}

/**
 * The certificates of a file, or with `system` those of the operating system, as libpq has it. Rejects with what is
 * wrong.
 */
export const authorities = async (from: string): Promise<string | Array<string>> => {
  if (from === "system") return Tls.getCACertificates("system")
  const text = await Fs.readFile(from, "utf8")
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new Error("there is no certificate in it")
  return text
}
