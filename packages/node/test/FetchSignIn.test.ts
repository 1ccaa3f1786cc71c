import { assert, describe, it } from "@effect/vitest"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as Effect from "effect/Effect"
import * as Path from "node:path"
import { bundlers } from "../../../tools/bundle.mjs"
import * as Worker from "../../web/examples/worker.ts"
import { fakeSentinel, planted } from "./FakeSentinel.ts"

const worker = Path.join(import.meta.dirname, "../../web/examples/worker.ts")

describe("FetchSignIn.layerServer", () => {
  it("is of the type of NodeServerSignIn.layerServer", () => {
    const fetch: typeof NodeServerSignIn.layerServer = FetchSignIn.layerServer
    const node: typeof FetchSignIn.layerServer = NodeServerSignIn.layerServer
    assert.notStrictEqual(fetch, node)
  })

  it.live("J3: signs in and out in a worker", () =>
    Effect.gen(function* () {
      const { origin, tokenRequests } = yield* fakeSentinel
      const env = {
        LE_AUTH_DOMAIN_API: origin,
        LE_AUTH_ACCOUNT_ID: "12345678",
        LE_AUTH_CLIENT_ID: "client",
        LE_AUTH_CLIENT_SECRET: planted.secret,
        LE_AUTH_REDIRECT_URI: "https://app.example/callback",
        LE_AUTH_SEAL_KEYS: "k".repeat(43)
      }
      const cookies = new Map<string, string>()
      const send = (address: string, init: RequestInit = {}) =>
        Effect.promise(async () => {
          const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
          const headers = { cookie, "sec-fetch-site": "same-origin", origin: "https://app.example", "x-le-auth": "1" }
          const response = await Worker.default.fetch(
            new Request(new URL(address, "https://app.example"), { ...init, headers }),
            env
          )
          for (const line of response.headers.getSetCookie()) {
            const [, name = "", value = ""] = /^([^=]*)=([^;]*)/.exec(line) ?? []
            if (value === "") cookies.delete(name)
            else cookies.set(name, value)
          }
          return response
        })
      const authorize = new URL((yield* send("/login")).headers.get("location")!)
      assert.strictEqual(authorize.origin, origin)
      const state = authorize.searchParams.get("state")!
      const back = yield* send(`/callback?${new URLSearchParams({ code: planted.code, state })}`)
      assert.strictEqual(back.status, 303, yield* Effect.promise(() => back.text()))
      const session = yield* send("/session")
      assert.include(yield* Effect.promise(() => session.text()), "agent")
      assert.strictEqual((yield* send("/sign-out", { method: "POST" })).status, 204)
      assert.strictEqual(cookies.size, 0)
      assert.strictEqual(tokenRequests.length, 1)
    })
  )

  it("J2: a worker needs nothing of Node, and stays small", async () => {
    const { code, gzipped, imports } = await bundlers.rolldown(worker)
    assert.deepStrictEqual(imports, [])
    assert.notMatch(code, /["']node:/)
    assert.isBelow(gzipped, 113_000)
  })
})
