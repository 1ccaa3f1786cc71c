import { createPublicKey } from "node:crypto"

import jsonwebtoken from "jsonwebtoken"

import * as p from "./Parameters.ts"

export const name = "jsonwebtoken"

export const verify = (token: string, jwk: JsonWebKey & { kid: string }) => {
  const keys = new Map([[jwk.kid, createPublicKey({ key: { ...jwk }, format: "jwk" })]])
  return () => {
    const key = keys.get(jsonwebtoken.decode(token, { complete: true })?.header.kid ?? "")
    if (key === undefined) throw new Error("unknown key")
    return jsonwebtoken.verify(token, key, { issuer: "sentinel", audience: p.clientId, algorithms: ["RS256"] })
  }
}
