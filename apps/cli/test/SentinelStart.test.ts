import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Path from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { freePort, isOpen, run, start, temporaryDirectory } from "./Cli.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const get = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = Http.get(address, { agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      response.once("end", () => resolve(text))
    })
    request.once("error", reject)
  })

const configFile = (text: string) => {
  const path = Path.join(directory, "sentinel.json")
  Fs.writeFileSync(path, text)
  return path
}

describe("le-auth sentinel start", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`serves, says what it serves, and ${signal} stops it cleanly with exit code 130`, async () => {
      const port = await freePort()
      const sentinel = start(["sentinel", "start", "--port", String(port)])
      await sentinel.output(/Ctrl-C stops it/)
      const address = `http://127.0.0.1:${port}`
      const answer = await get(`${address}/api/account/12345678/service/sentinel/baseURI.json?version=1.0`)
      assert.strictEqual(JSON.parse(answer).baseURI, `127.0.0.1:${port}`)
      const held = Net.connect(port, "127.0.0.1").on("error", () => {})
      await new Promise((resolve) => held.once("connect", resolve))

      const from = performance.now()
      sentinel.child.kill(signal)
      const { code, stderr, stdout } = await sentinel.result
      assert.isBelow(performance.now() - from, 1500)
      assert.strictEqual(code, 130)
      assert.strictEqual(stderr, "")
      assert.isFalse(await isOpen(port))
      assert.include(stdout, `Sentinel listens on ${address}`)
      assert.include(stdout, "Account 12345678")
      assert.include(stdout, "agent@example.com, password agent")
      assert.include(stdout, "admin@example.com, password admin, administrator")
      assert.include(stdout, "22222222-2222-4222-8222-222222222222")
      assert.include(stdout, "http://127.0.0.1:4401/callback")
    })
  }

  it("SENTINEL_PORT is the port when --port is not given", async () => {
    const port = await freePort()
    const sentinel = start(["sentinel", "start"], { SENTINEL_PORT: String(port) })
    await sentinel.output(new RegExp(`listens on http://127.0.0.1:${port}$`, "m"))
    sentinel.child.kill()
    assert.strictEqual((await sentinel.result).code, 130)
  })

  it("a taken port is a message that names it and says what to do", async () => {
    const port = await freePort()
    const server = Net.createServer().listen(port, "127.0.0.1")
    const { code, stderr, stdout } = await run(["sentinel", "start", "--port", String(port)])
    await new Promise((resolve) => server.close(resolve))
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.include(stderr, `Port ${port} on 127.0.0.1 is taken`)
    assert.include(stderr, "--port")
    assert.notInclude(stderr, "    at ")
  })

  it("an address that is not this computer's is a message", async () => {
    const { code, stderr } = await run(["sentinel", "start", "--port", "0", "--host", "192.0.2.1"])
    assert.strictEqual(code, 1)
    assert.include(stderr, "Port 0 on 192.0.2.1 cannot be opened (EADDRNOTAVAIL)")
  })

  it("says so when other computers can reach it", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--host", "0.0.0.0"])
    const [, port = ""] = await sentinel.output(/listens on http:\/\/localhost:(\d+)$/m)
    assert.isTrue(await isOpen(Number(port)))
    sentinel.child.kill()
    assert.include((await sentinel.result).stderr, "Other computers can reach this Sentinel")
  })

  it("a bad configuration file has all its problems shown at once, without values", async () => {
    const path = configFile(
      JSON.stringify({
        accounts: [
          { id: "not an id", users: [{ id: "1", email: "nobody", password: "planted" }], installations: [], more: 1 }
        ]
      })
    )
    const { code, stderr, stdout } = await run(["sentinel", "start", "--config", path])
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.include(stderr, `${path} has problems:`)
    assert.include(stderr, "accounts[0].id")
    assert.include(stderr, "accounts[0].users[0].email")
    assert.include(stderr, "accounts[0].more")
    assert.notInclude(stderr, "planted")
  })

  it("a configuration file that is not JSON, or not there, is a message", async () => {
    const broken = await run(["sentinel", "start", "--config", configFile('{"accounts": [planted')])
    assert.strictEqual(broken.code, 1)
    assert.include(broken.stderr, "is not JSON")
    assert.notInclude(broken.stderr, "planted")
    const missing = await run(["sentinel", "start", "--config", Path.join(directory, "missing.json")])
    assert.strictEqual(missing.code, 2)
    assert.include(missing.stderr, "missing.json")
  })

  it("passwords of another configuration are not shown", async () => {
    const path = configFile(
      JSON.stringify({
        accounts: [{ id: "1", users: [{ id: "1", email: "a@b.c", password: "planted" }], installations: [] }]
      })
    )
    const sentinel = start(["sentinel", "start", "--port", "0", "--config", path])
    await sentinel.output(/Ctrl-C stops it/)
    sentinel.child.kill()
    const { stdout } = await sentinel.result
    assert.include(stdout, "User         a@b.c\n")
    assert.notInclude(stdout, "planted")
    assert.notInclude(stdout, "development-only-secret")
  })

  it("a port that is none is wrong usage", async () => {
    for (const port of ["70000", "-1", "x", "1.5"]) {
      const { code, stdout } = await run(["sentinel", "start", `--port=${port}`])
      assert.strictEqual(code, 2, port)
      assert.strictEqual(stdout, "")
    }
  })
})
