import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Path from "node:path"
import { bundlers } from "../../../tools/bundle.ts"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import * as Worker from "../examples/worker.ts"
import { Browser, post } from "./Browser.ts"

/** A Sentinel and its Domain API, over real HTTP. */
const sentinel = createServer(async (request, response) => {
  let body = ""
  for await (const chunk of request) body += String(chunk)
  const url = new URL(request.url!, "http://127.0.0.1")
  const sent: Scripted.Sent = { method: request.method!, url, form: new URLSearchParams(body), headers: {} }
  const now = performance.timeOrigin + performance.now()
  response.setHeader("content-type", "application/json")
  response.end(
    JSON.stringify(
      url.pathname.endsWith("/baseURI.json")
        ? { account: Scripted.account, service: "sentinel", baseURI: request.headers.host }
        : url.pathname.endsWith("/jwks")
          ? Scripted.jwks
          : Scripted.tokens(sent, now)
    )
  )
})

describe("the example of a worker", () => {
  // The worker keeps its settings, and with them the port.
  beforeAll(() => new Promise<void>((resolve) => void sentinel.listen(0, "127.0.0.1", resolve)))
  afterAll(() => sentinel.close().closeAllConnections())

  it("J3: signs in, refreshes and signs out, over fetch and Web Crypto", async () => {
    const env = {
      LE_AUTH_DOMAIN_API: `http://127.0.0.1:${(sentinel.address() as AddressInfo).port}`,
      LE_AUTH_ACCOUNT_ID: Scripted.account,
      LE_AUTH_CLIENT_ID: Scripted.installation.clientId,
      LE_AUTH_CLIENT_SECRET: "planted-client-secret",
      LE_AUTH_REDIRECT_URI: "https://app.example/callback",
      LE_AUTH_SEAL_KEYS: "k".repeat(43)
    }
    const mine = new Browser((request) => Worker.default.fetch(request, env))
    assert.strictEqual((await mine.signIn()).status, 303)
    assert.strictEqual((await mine.session()).signedIn, true)
    assert.strictEqual((await mine.send("/session/refresh", post())).status, 200)
    assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
    assert.strictEqual((await mine.session()).signedIn, false)
    assert.strictEqual(mine.cookies.size, 0)
  })

  it("J2: needs nothing of Node, and stays small", async () => {
    const { code, gzipped, imports } = await bundlers.rolldown(Path.join(import.meta.dirname, "../examples/worker.ts"))
    assert.deepStrictEqual(imports, [])
    assert.notMatch(code, /["']node:/)
    // Of these, 1 kB is the HMAC for webhooks, which `FetchSignIn.layerServer` has for all, and 1 kB the rule for
    // hosts that may be spoken to in plain http, with its errors, and 1 kB the colours, type and spacing of its pages.
    assert.isBelow(gzipped, 124_600)
  })
})
