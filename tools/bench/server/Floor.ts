// The floor: node:http by hand, with every check that a server must make and nothing else. Session, registered redirect
// URI, secrets compared in constant time, codes for one use that belong to an application and a redirect URI, rotated
// refresh tokens, hashes only in memory, 256 random bits, an RS256 id_token. It is not a product: one account, no
// errors worth reading.
import { generateKeyPair, hash, randomFillSync, sign, timingSafeEqual, type KeyObject } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"

import { Browser } from "./Browser.ts"
import { authorizeQuery, clientId, clientSecret, redirectUri, user } from "./Parameters.ts"
import type { Contestant } from "./Running.ts"

export const floor: Contestant = {
  name: "floor",
  command: (port) => [fileURLToPath(import.meta.url), String(port)],
  authorize: (state) => `/authorize?${authorizeQuery(state)}`,
  token: "/token",
  keys: "/keys",
  signIn: async (origin) => {
    const browser = new Browser(origin)
    await browser.visit("/login")
    return browser.cookie
  }
}

if (import.meta.main) {
  const port = Number(process.argv[2])
  let privateKey: KeyObject
  let keySet = ""
  generateKeyPair("rsa", { modulusLength: 2048 }, (_, publicKey, generated) => {
    privateKey = generated
    keySet = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256" }] })
  })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const header = part({ alg: "RS256", kid: "1", typ: "JWT" })

  let pool = Buffer.alloc(0)
  let used = 0
  const secret = () => {
    if (used + 32 > pool.length) {
      pool = randomFillSync(Buffer.alloc(16_384))
      used = 0
    }
    used += 32
    return pool.toString("base64url", used - 32, used)
  }
  const idOf = (text: string) => hash("sha256", text)
  const secretHash = Buffer.from(idOf(clientSecret), "hex")

  /** Two generations, since dropping the oldest entries of a Map one by one is slow. */
  class Kept {
    new = new Map<string, any>()
    old = new Map<string, any>()
    get(key: string) {
      return this.new.get(key) ?? this.old.get(key)
    }
    set(key: string, value: any) {
      if (this.new.size >= 50_000) {
        this.old = this.new
        this.new = new Map()
      }
      this.new.set(key, value)
    }
  }
  const sessions = new Map()
  const codes = new Kept()
  const refreshes = new Kept()
  const accesses = new Kept()

  const noStore = { "cache-control": "no-store", "x-content-type-options": "nosniff" }
  const json = { ...noStore, "content-type": "application/json" }
  const refuse = (response: ServerResponse) => response.writeHead(400, json).end('{"error":"invalid_request"}')

  const issue = (grant: any, withIdToken = false) => {
    const now = Date.now()
    const access = secret()
    const refresh = secret()
    accesses.set(idOf(access), { grant, expiresAt: now + 28_800_000 })
    refreshes.set(idOf(refresh), { grant, used: false })
    let idToken
    if (withIdToken) {
      const iat = Math.floor(now / 1000)
      const signed = `${header}.${part({ sub: grant.user, aud: clientId, iss: "sentinel", iat, exp: iat + 600 })}`
      idToken = `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`
    }
    return JSON.stringify({
      access_token: access,
      token_type: "Bearer",
      refresh_token: refresh,
      id_token: idToken,
      expires_in: 28_800
    })
  }

  const token = (form: URLSearchParams) => {
    const given = Buffer.from(idOf(form.get("client_secret") ?? ""), "hex")
    if (!timingSafeEqual(given, secretHash) || form.get("client_id") !== clientId) return
    if (form.get("grant_type") === "authorization_code") {
      const found = codes.get(idOf(form.get("code") ?? ""))
      if (found === undefined || found.used || found.expiresAt < Date.now()) return
      found.used = true
      if (found.clientId !== clientId || found.redirectUri !== form.get("redirect_uri")) return
      return issue(found.grant, true)
    }
    if (form.get("grant_type") !== "refresh_token") return
    const found = refreshes.get(idOf(form.get("refresh_token") ?? ""))
    if (found === undefined || found.used || found.grant.clientId !== clientId) return
    found.used = true
    return issue(found.grant)
  }

  createServer((request, response) => {
    const { url = "" } = request
    const mark = url.indexOf("?")
    const path = mark === -1 ? url : url.slice(0, mark)
    if (path === "/token" && request.method === "POST") {
      let body = ""
      request.setEncoding("utf8")
      request.on("data", (chunk) => {
        body += chunk
        if (body.length > 65_536) request.destroy()
      })
      request.on("end", () => {
        const answer = token(new URLSearchParams(body))
        if (answer === undefined) refuse(response)
        else response.writeHead(200, { ...json, "content-length": answer.length }).end(answer)
      })
    } else if (path === "/authorize") {
      const query = new URLSearchParams(url.slice(mark + 1))
      if (query.get("client_id") !== clientId || query.get("redirect_uri") !== redirectUri) return refuse(response)
      if (query.get("response_type") !== "code") return refuse(response)
      const cookie = /(?:^|; )session=([A-Za-z0-9_-]{43})(?:;|$)/.exec(request.headers.cookie ?? "")?.[1]
      const session = cookie === undefined ? undefined : sessions.get(idOf(cookie))
      if (session === undefined || session.expiresAt < Date.now()) {
        return response.writeHead(302, { ...noStore, location: "/login" }).end()
      }
      const code = secret()
      const grant = { clientId, user: session.user }
      codes.set(idOf(code), { grant, clientId, redirectUri, expiresAt: Date.now() + 60_000, used: false })
      const location = `${redirectUri}?code=${code}&state=${encodeURIComponent(query.get("state") ?? "")}`
      response.writeHead(302, { ...noStore, location, "content-length": 0 }).end()
    } else if (path === "/keys") {
      const headers = { "content-type": "application/json", "cache-control": "public, max-age=300" }
      response.writeHead(200, { ...headers, "content-length": keySet.length }).end(keySet)
    } else if (path === "/login") {
      const value = secret()
      sessions.set(idOf(value), { user: user.id, expiresAt: Date.now() + 28_800_000 })
      response.writeHead(200, { "set-cookie": `session=${value}; HttpOnly; Path=/; SameSite=Lax` }).end("signed in")
    } else {
      response.writeHead(404).end()
    }
  }).listen(port, "127.0.0.1")
}
