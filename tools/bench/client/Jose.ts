import * as jose from "jose"

import * as p from "./Parameters.ts"

export const name = "jose"

export const verify = (token: string, jwk: JsonWebKey & { kid: string }) => {
  const keys = jose.createLocalJWKSet({ keys: [jwk as jose.JWK] })
  const options = { issuer: "sentinel", audience: p.clientId, algorithms: ["RS256"] }
  return () => jose.jwtVerify(token, keys, options)
}
