// An id_token as LivePerson signs it, and the key for it.
import { createSign, generateKeyPairSync } from "node:crypto"

import * as p from "./Parameters.ts"

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

export const make = () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "idtoken-19-08-19", alg: "RS256", use: "sig" }
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: "sentinel", iat, exp: iat + 3600, is_admin: false, is_lpa: false }
  const signed = `${part({ alg: "RS256", kid: jwk.kid, typ: "JWT" })}.${part({ sub: "3552833710", aud: p.clientId, ...claims })}`
  const signature = createSign("RSA-SHA256").update(signed).sign(privateKey).toString("base64url")
  return { jwk, token: `${signed}.${signature}` }
}
