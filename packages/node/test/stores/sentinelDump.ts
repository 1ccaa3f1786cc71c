/** What Sentinel leaves in its database: nothing that lets anybody in. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Origin } from "@le-auth/core/Origin"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { sentinelStore } from "./Engines.ts"

const accountId = "12345678"
const clientId = "11111111-1111-4111-8111-111111111111"
const base = `/sentinel/api/account/${accountId}`
const planted = { client_secret: "planted-client-secret", username: "agent@example.com", password: "planted-password" }

const config = SentinelConfig.fromUnknown({
  accounts: [
    {
      id: accountId,
      users: [{ id: "3552833710", email: planted.username, password: planted.password }],
      installations: [
        {
          client_id: clientId,
          client_secret: planted.client_secret,
          client_name: "App",
          grant_types: ["authorization_code", "refresh_token"],
          redirect_uris: ["https://app.example/cb"]
        }
      ]
    }
  ]
})

/** A browser that signs in and an application that redeems, refreshes and asks for another code. All that is secret. */
const signIn = Effect.fnUntraced(function* (url: string) {
  const publicOrigin = Origin.make("http://localhost:4400")
  const passwords = { algorithm: Kdf.pbkdf2({ hash: Digest.sha256, iterations: 10 }) }
  const { handler } = yield* Effect.acquireRelease(
    Effect.map(config, (config) =>
      Sentinel.toWebHandler(
        { publicOrigin },
        Layer.merge(Sentinel.layerMemory(config, { passwords }), sentinelStore(url)).pipe(
          Layer.provideMerge(NodeCrypto.layer)
        )
      )
    ),
    ({ dispose }) => Effect.promise(dispose)
  )
  const cookies = new Map<string, string>()
  const secrets: Array<string> = []
  const send = (path: string, body?: Record<string, string>) =>
    Effect.promise(async () => {
      const cookie = [...cookies].map((pair) => pair.join("=")).join("; ")
      const init = body === undefined ? {} : { method: "POST", body: new URLSearchParams(body) }
      const request = new Request(new URL(path, publicOrigin), { headers: { accept: "text/html", cookie }, ...init })
      const response = await handler(request)
      for (const header of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!
        cookies.set(name!, value!)
        if (value !== "") secrets.push(value!)
      }
      return { location: response.headers.get("location") ?? "", text: await response.text() }
    })
  const codeOf = (location: string) => {
    const code = new URL(location).searchParams.get("code")!
    secrets.push(code)
    return code
  }
  const authorize = `${base}/authorize?v=1.0&response_type=code&client_id=${clientId}`
  const page = yield* send((yield* send(authorize)).location)
  const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)![1]!
  const answer = yield* send("/sentinel/login", { request: field("request"), token: field("token"), ...planted })
  const application = { client_id: clientId, client_secret: planted.client_secret }
  const token = Effect.fnUntraced(function* (body: Record<string, string>) {
    const { text } = yield* send(`${base}/token?v=1.0`, { ...application, ...body })
    const tokens = JSON.parse(text) as Record<string, string>
    secrets.push(tokens["access_token"]!, tokens["refresh_token"]!)
    return tokens
  })
  const first = yield* token({ grant_type: "authorization_code", code: codeOf(answer.location) })
  yield* token({ grant_type: "refresh_token", refresh_token: first["refresh_token"]! })
  codeOf((yield* send(authorize)).location)
  return secrets
})

export const provesDump = (engine: string, url: () => string, dump: Effect.Effect<string, unknown>): void => {
  describe(`Sentinel on ${engine}`, () => {
    it.live("R37: no code, token, cookie, password or secret of a sign-in is in a dump", () =>
      Effect.gen(function* () {
        const secrets = yield* signIn(url())
        // Two codes, two pairs of tokens, the cookies of the login and of the session.
        assert.isAtLeast(secrets.length, 8)
        for (const secret of secrets) assert.isAtLeast(secret?.length ?? 0, 20, "a secret is missing")
        const text = yield* dump
        assert.include(text, clientId, "the sign-in itself is in the dump")
        for (const secret of [...secrets, planted.client_secret, planted.password]) {
          assert.notInclude(text, secret)
          assert.notInclude(text, Buffer.from(secret).toString("hex"))
          assert.notInclude(text, Buffer.from(secret).toString("base64url"))
        }
      })
    )
  })
}
