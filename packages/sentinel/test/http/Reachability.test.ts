/** The addresses that a Sentinel answers at, for each of its names. */
import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Reachability from "../../src/internal/http/Reachability.ts"

const asked = (headers: Record<string, string>) =>
  HttpServerRequest.fromWeb(new Request("http://localhost/")).modify({
    headers: headers as unknown as HttpServerRequest.HttpServerRequest["headers"]
  })

describe("Reachability", () => {
  it.each([
    // A mapped port is that of the request.
    ["http://localhost:4400", [], "localhost:8080", "http://localhost:8080"],
    ["http://localhost:4400", [], "127.0.0.1:4400", "http://127.0.0.1:4400"],
    ["http://localhost:4400", [], "[::1]:4400", "http://[::1]:4400"],
    ["https://localhost:4400", [], "127.0.0.1:4400", "https://127.0.0.1:4400"],
    // Containers: the name of the public origin, a listed one, and what the host has mapped.
    ["http://sentinel:4400", [], "sentinel:4400", "http://sentinel:4400"],
    ["http://sentinel:4400", [], "localhost:9000", "http://localhost:9000"],
    ["http://localhost:4400", ["sentinel"], "sentinel:4400", "http://sentinel:4400"],
    ["http://localhost:4400", ["sentinel"], "SENTINEL:4400", "http://sentinel:4400"],
    ["https://sentinel.example.com", ["sentinel"], "sentinel:4400", "https://sentinel:4400"],
    // Everything else is the client's choice.
    ["http://localhost:4400", ["sentinel"], "other:4400", "http://localhost:4400"],
    ["http://localhost:4400", [], "evil.example", "http://localhost:4400"],
    ["http://localhost:4400", ["sentinel"], "sentinel:4400/@evil.example", "http://localhost:4400"],
    ["http://localhost:4400", ["sentinel"], "sentinel:99999", "http://localhost:4400"],
    ["http://localhost:4400", ["sentinel"], "evil.example@sentinel:4400", "http://localhost:4400"],
    // A proxy on the same computer sends its own, and some leave out the port.
    ["https://sentinel.example.com", [], "127.0.0.1:4400", "https://sentinel.example.com"],
    ["https://sentinel.example.com:8443", [], "sentinel.example.com", "https://sentinel.example.com:8443"]
  ] as const)("of %s with the names %j, asked as %s, is %s", (publicOrigin, hostNames, host, origin) => {
    const reachability = Reachability.make({ publicOrigin: Origin.make(publicOrigin), hostNames })
    // Twice: what was found once is remembered.
    for (const _ of [1, 2]) assert.strictEqual<string>(reachability.originOf(asked({ host })), origin)
    assert.strictEqual(reachability.hostOf(asked({ host })), origin.replace(/^https?:\/\//, ""))
  })

  it("answers under any port, however many are asked for", () => {
    const { originOf } = Reachability.make({ publicOrigin: Origin.make("http://localhost:4400") })
    for (let port = 81; port < 1000; port++) {
      assert.strictEqual<string>(originOf(asked({ host: `localhost:${port}` })), `http://localhost:${port}`)
    }
  })

  it("takes the pages of all its addresses for its own, each for itself", () => {
    const { senderOf } = Reachability.make({
      publicOrigin: Origin.make("http://localhost:4400"),
      hostNames: ["sentinel"]
    })
    const of = (origin: string, host: string) => senderOf(asked({ host, origin }))
    assert.strictEqual(of("http://localhost:4400", "localhost:4400"), "same")
    assert.strictEqual(of("http://sentinel:4400", "sentinel:4400"), "same")
    assert.strictEqual(of("http://127.0.0.1:4400", "127.0.0.1:4400"), "same")
    // A proxy has written another host.
    assert.strictEqual(of("http://localhost:4400", "sentinel:4400"), "same")
    // A page of another port of this computer, or of a name that was not asked for.
    assert.strictEqual(of("http://localhost:3000", "localhost:4400"), "foreign")
    assert.strictEqual(of("http://sentinel:4400", "localhost:4400"), "foreign")
    assert.strictEqual(of("http://evil.example", "evil.example"), "foreign")
    assert.strictEqual(
      senderOf(asked({ host: "sentinel:4400", origin: "http://sentinel:4400", "sec-fetch-site": "cross-site" })),
      "foreign"
    )
  })
})
