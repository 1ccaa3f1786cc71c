import { fetch } from "@effect/platform-node/Undici"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, assert, describe, it } from "vitest"
import { start } from "./Cli.ts"

const received = new Map<string, string>()
/** A collector of OpenTelemetry. */
const collector = Http.createServer((request, response) => {
  let text = ""
  request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
  request.once("end", () => {
    received.set(request.url!, (received.get(request.url!) ?? "") + text)
    response.setHeader("content-type", "application/json").end("{}")
  })
})
afterAll(() => void collector.close())

describe("OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  it("gets traces, metrics and logs, and no code, state, cookie or password", async () => {
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    const sentinel = start(["sentinel", "start", "--port", "0", "--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    const { address } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
    const authorize = new URL("/sentinel/api/account/12345678/authorize", address)
    authorize.search = new URLSearchParams({
      v: "1.0",
      response_type: "code",
      client_id: "11111111-1111-4111-8111-111111111111",
      redirect_uri: "http://localhost:3000/callback",
      state: "planted-state"
    }).toString()
    const first = await fetch(authorize, { redirect: "manual" })
    const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!
    const login = new URL(first.headers.get("location")!, address)
    const page = await (await fetch(login, { headers: { cookie } })).text()
    const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)![1]!
    const form = { request: field("request"), token: field("token"), username: "agent@example.com", password: "agent" }
    const done = await fetch(login, {
      method: "POST",
      redirect: "manual",
      headers: { cookie },
      body: new URLSearchParams(form)
    })
    const code = new URL(done.headers.get("location")!).searchParams.get("code")!
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: "http://localhost:3000/callback",
      client_id: "11111111-1111-4111-8111-111111111111",
      client_secret: "development-only-secret"
    })
    const tokens = (await (
      await fetch(`${address}/sentinel/api/account/12345678/token?v=1.0`, { method: "POST", body })
    ).json()) as Record<string, string>
    sentinel.child.kill()
    assert.strictEqual((await sentinel.result).code, 0)

    assert.includeMembers([...received.keys()], ["/v1/logs", "/v1/metrics", "/v1/traces"])
    const everything = [...received.values()].join("\n")
    assert.include(everything, "/sentinel/api/account/:accountId/authorize")
    assert.include(everything, "sentinel_http_requests_total")
    const secrets = ["planted-state", "development-only-secret", code, form.request, form.token, cookie.split("=")[1]!]
    for (const secret of [...secrets, tokens["access_token"]!, tokens["refresh_token"]!, tokens["id_token"]!]) {
      assert.notInclude(everything, secret)
    }
  })
})
