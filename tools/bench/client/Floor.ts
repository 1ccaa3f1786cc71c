// The least that does the work: node:crypto, a template, undici's pool, and nothing else.
import { createHash, createPublicKey, randomBytes, verify as verifySignature } from "node:crypto"

import { Pool } from "undici"

import * as p from "./Parameters.ts"

export const name = "floor"

const address = (state: string) =>
  `${p.authorizeEndpoint}&client_id=${p.clientId}&redirect_uri=${encodeURIComponent(p.redirectUri)}&response_type=code&state=${state}`

/** As many as are kept of sign-ins that are never finished. */
const kept = 10_000
const records = new Map<string, { verifier: string; redirectUri: string; expiresAt: number }>()

/** Randomness of the kernel for each, and the record stored. */
export const start = async () => {
  const state = randomBytes(32).toString("base64url")
  const verifier = randomBytes(32).toString("base64url")
  if (records.size >= kept) records.clear()
  records.set(state, { verifier, redirectUri: p.redirectUri, expiresAt: Date.now() + 600_000 })
  const challenge = createHash("sha256").update(verifier).digest("base64url")
  return `${address(state)}&code_challenge=${challenge}&code_challenge_method=S256`
}

export const authorizeUrl = () => address(p.state)

export const callback = (address: string) => {
  const form = new URLSearchParams(address.slice(address.indexOf("?") + 1))
  const code = form.get("code")
  if (code === null || form.has("error") || form.get("state") !== p.state) throw new Error("another state")
  return code
}

export const token = (origin: string) => {
  const pool = new Pool(origin, { connections: 32 })
  const ask = async (form: Record<string, string>) => {
    const response = await pool.request({
      path: `/sentinel/api/account/${p.account}/token?v=1.0`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, client_id: p.clientId, client_secret: p.clientSecret }).toString()
    })
    return response.body.json()
  }
  return {
    exchange: () => ask({ grant_type: "authorization_code", code: p.code, redirect_uri: p.redirectUri }),
    refresh: () => ask({ grant_type: "refresh_token", refresh_token: p.refreshToken })
  }
}

export const verify = (token: string, jwk: JsonWebKey & { kid: string }) => {
  const keys = new Map([[jwk.kid, createPublicKey({ key: { ...jwk }, format: "jwk" })]])
  return () => {
    const [header = "", payload = "", signature = ""] = token.split(".")
    const key = keys.get(JSON.parse(Buffer.from(header, "base64url").toString()).kid)
    if (key === undefined) throw new Error("unknown key")
    if (!verifySignature("RSA-SHA256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")))
      throw new Error("bad")
    return JSON.parse(Buffer.from(payload, "base64url").toString())
  }
}

/** A variable and a comparison, behind a promise. */
export const appToken = () => {
  const byHand = { token: p.code, until: Date.now() + 28_800_000 }
  return async () => (Date.now() < byHand.until ? byHand.token : undefined)
}
