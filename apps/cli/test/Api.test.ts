import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { between } from "../../../tools/between.ts"
import { editSession, keptIn, run, runWith, world } from "./Cli.ts"
import { type Asked, services } from "./services.ts"
import { onTerminal } from "./Terminal.ts"

let at: Awaited<ReturnType<typeof world>>
let service: Awaited<ReturnType<typeof services>>

beforeAll(async () => {
  at = await world()
  service = await services(at.env["LE_AUTH_DOMAIN_API"]!)
  const { code, stderr } = await run(["login"], at.env)
  assert.strictEqual(code, 0, stderr)
})
afterAll(async () => {
  await service.close()
  await at.close()
})
beforeEach(() => service.asked.splice(0))

const user = "/api/account/{account}/configuration/le-users/users/{user}?v=6.0"
const echoed = () => ({ ...at.env, LE_AUTH_DOMAIN_API: service.origin })
const only = (): Asked => {
  assert.strictEqual(service.asked.length, 1)
  return service.asked[0]!
}

describe("le-auth api", () => {
  it("calls the local Sentinel: the record of the user who is signed in", async () => {
    const { code, stderr, stdout } = await run(["api", "accountConfigReadOnly", user], at.env)
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.deepInclude(JSON.parse(stdout), { id: 1234567890, email: "agent@example.com" })
  })

  it("G1: sends the token as a header, to a path of the service's host", async () => {
    const { accessToken } = (await keptIn(at.sessionFile))[0]!
    const { code, stdout } = await run(["api", "echo", "//evil.example.com/{account}?a=1"], echoed())
    assert.strictEqual(code, 0)
    const { headers, method, url } = only()
    assert.deepStrictEqual([method, url], ["GET", "//evil.example.com/le87654321?a=1"])
    assert.strictEqual(headers["authorization"], `Bearer ${accessToken}`)
    assert.notInclude(url, accessToken)
    assert.notProperty(headers, "traceparent")
    assert.include(stdout, "12345678901234567890")
  })

  it("makes a body of fields, a query with GET, and takes headers", async () => {
    const file = Path.join(at.env["XDG_STATE_HOME"]!, "note")
    Fs.writeFileSync(file, "from a file")
    const fields = ["-f", "name=Ada = 1", "-F", "count=3", "-F", "on=true", "-F", `note=@${file}`, "-H", "x-mine: 1"]
    assert.strictEqual((await run(["api", "echo", "/things", ...fields], echoed())).code, 0)
    const { body, headers, method } = only()
    assert.strictEqual(method, "POST")
    assert.strictEqual(headers["content-type"], "application/json")
    assert.strictEqual(headers["x-mine"], "1")
    assert.deepStrictEqual(JSON.parse(body), { name: "Ada = 1", count: 3, on: true, note: "from a file" })
    service.asked.splice(0)
    assert.strictEqual((await run(["api", "echo", "/things?v=1", "-X", "GET", "-f", "q=a b&c"], echoed())).code, 0)
    assert.strictEqual(only().url, "/things?v=1&q=a+b%26c")
  })

  it("sends stdin as it is", async () => {
    const args = ["api", "echo", "/things", "-X", "PUT", "--input", "-", "-H", "content-type: text/csv"]
    assert.strictEqual((await runWith("a,b\n1,2\n", args, echoed())).code, 0)
    const { body, headers, method } = only()
    assert.deepStrictEqual([method, body, headers["content-type"]], ["PUT", "a,b\n1,2\n", "text/csv"])
  })

  it("prints bytes as they came, with status and headers on request, and all of it as JSON", async () => {
    const { stdout } = await run(["api", "-i", "echo", "/x"], echoed())
    assert.match(stdout, /^HTTP 200\n(?:.+\n)*x-odd: yes\n(?:.+\n)*\n\{"big":12345678901234567890,/)
    const json = await run(["api", "--json", "echo", "/x"], echoed())
    assert.include(json.stdout, '"body":{"big":12345678901234567890,')
    assert.deepInclude(JSON.parse(json.stdout), { status: 200 })
    assert.strictEqual(JSON.parse((await run(["api", "--json", "echo", "/bytes"], echoed())).stdout).body, "AP8KGw==")
  })

  it("J4: on a terminal it prints lines, and nothing that the terminal obeys", async () => {
    const { code, screen } = await onTerminal(["api", "echo", "/x"], echoed()).result
    assert.strictEqual(code, 0)
    assert.strictEqual(screen, '{\n  "big": 12345678901234567890,\n  "escape": "\\u{9b}31m",\n  "url": "/x"\n}')
  })

  it("A9, G2: never sends the token to another host", async () => {
    const evil = await run(["api", "evil", "/"], echoed())
    assert.strictEqual(evil.code, 1)
    assert.include(evil.stderr, "evil.example.com")
    const redirect = await run(["api", "echo", "/redirect"], echoed())
    assert.strictEqual(redirect.code, 1)
    assert.include(redirect.stderr, "a redirect to evil.example.com was not followed")
    assert.strictEqual(only().url, "/redirect")
    for (const path of ["https://evil.example.com/", "@evil.example.com/", ""]) {
      assert.strictEqual((await run(["api", "echo", path], echoed())).code, 2, path)
    }
    for (const header of ["Authorization: Bearer x", "host: evil.example.com", "cookie: a=1", "nonsense"]) {
      assert.strictEqual((await run(["api", "echo", "/", "-H", header], echoed())).code, 2, header)
    }
    assert.strictEqual(service.asked.length, 1)
  })

  it("G3: refreshes once after a 401, and not at all after a 403", async () => {
    const proxy = await between(at.env["LE_AUTH_DOMAIN_API"]!, 0)
    const env = { ...at.env, LE_AUTH_DOMAIN_API: proxy.origin }
    await editSession(at.sessionFile, { accessToken: "planted-revoked" })
    const { code, stderr, stdout } = await run(["api", "accountConfigReadOnly", user], env)
    assert.strictEqual(code, 0, stderr)
    assert.deepInclude(JSON.parse(stdout), { id: 1234567890 })
    assert.strictEqual(proxy.refreshes(), 1)
    const forbidden = await run(["api", "accountConfigReadOnly", user.replace("{user}", "1")], env)
    assert.strictEqual(forbidden.code, 4)
    assert.strictEqual(proxy.refreshes(), 1)
    await proxy.close()
  })

  it("says by its exit code what a refusal means, after the answer", async () => {
    for (const [status, expected] of [
      [403, 4],
      [404, 1],
      [429, 6],
      [500, 6]
    ]) {
      const { code, stderr, stdout } = await run(["api", "echo", `/status/${status}`], echoed())
      assert.deepStrictEqual([code, stdout], [expected, "{}"])
      assert.include(stderr, `le-auth: HTTP ${status}`)
    }
    const rejected = { ...echoed(), LE_AUTH_ACCESS_TOKEN: "planted-elsewhere" }
    const { code, stderr } = await run(["api", "echo", "/status/401"], rejected)
    assert.strictEqual(code, 3)
    assert.include(stderr, "LE_AUTH_ACCESS_TOKEN")
    assert.notInclude(stderr, "not even a new one")
  })

  it("uses LE_AUTH_ACCESS_TOKEN in place of a session", async () => {
    const env = { ...echoed(), LE_AUTH_ACCESS_TOKEN: "from-elsewhere", XDG_STATE_HOME: "", HOME: "" }
    assert.strictEqual((await run(["api", "echo", "/x"], env)).code, 0)
    assert.strictEqual(only().headers["authorization"], "Bearer from-elsewhere")
    const { code, stderr } = await run(["api", "echo", "/{user}"], env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "{user}")
  })

  it("exit code 3 without a session, and 6 without an answer", async () => {
    const nobody = await run(["api", "echo", "/x"], { ...echoed(), XDG_STATE_HOME: "/nonexistent" })
    assert.strictEqual(nobody.code, 3)
    const silent = await run(["api", "echo", "/x"], { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(silent.code, 6)
    assert.strictEqual(service.asked.length, 0)
  })
})
