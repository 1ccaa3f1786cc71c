import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Path from "node:path"
import { fetch } from "@effect/platform-node/Undici"
import { afterAll, assert, describe, it } from "vitest"
import { freePort, isOpen, run, start, temporaryDirectory } from "./Cli.ts"
import { dial, request, statusOf } from "./sentinel/Wire.ts"

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
    it(`R93: serves, says what it serves, and ${signal} stops it cleanly with exit code 0`, async () => {
      const port = await freePort()
      const sentinel = start(["sentinel", "start", "--port", String(port)])
      await sentinel.output(/Ctrl-C stops it/)
      const address = `http://localhost:${port}`
      const answer = await get(`${address}/api/account/12345678/service/sentinel/baseURI.json?version=1.0`)
      assert.strictEqual(JSON.parse(answer).baseURI, `localhost:${port}`)
      const held = Net.connect(port, "127.0.0.1").on("error", () => {})
      await new Promise((resolve) => held.once("connect", resolve))

      const from = performance.now()
      sentinel.child.kill(signal)
      const { code, stderr, stdout } = await sentinel.result
      assert.isBelow(performance.now() - from, 15_000)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(
        stderr
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line).message),
        ["request", "stopping", "stopped"]
      )
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
    await sentinel.output(new RegExp(`listens on http://localhost:${port}$`, "m"))
    sentinel.child.kill()
    assert.strictEqual((await sentinel.result).code, 0)
  })

  it("a taken port is a message that names it and says what to do", async () => {
    const port = await freePort()
    const server = Net.createServer().listen(port, "127.0.0.1")
    const { code, stderr, stdout } = await run(["sentinel", "start", "--port", String(port)])
    await new Promise((resolve) => server.close(resolve))
    assert.strictEqual(code, 9)
    assert.strictEqual(stdout, "")
    assert.include(stderr, `Port ${port} on 127.0.0.1 is taken`)
    assert.include(stderr, "--port")
    assert.notInclude(stderr, "    at ")
  })

  it("an address that is not this computer's is a message", async () => {
    const { code, stderr } = await run(["sentinel", "start", "--port", "0", "--host", "192.0.2.1"])
    assert.strictEqual(code, 9)
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
    assert.strictEqual(code, 7)
    assert.strictEqual(stdout, "")
    assert.include(stderr, `${path} has problems:`)
    assert.include(stderr, "accounts[0].id")
    assert.include(stderr, "accounts[0].users[0].email")
    assert.include(stderr, "accounts[0].more")
    assert.notInclude(stderr, "planted")
  })

  it("a configuration file that is not JSON, or not there, is a message", async () => {
    const broken = await run(["sentinel", "start", "--config", configFile('{"accounts": [planted')])
    assert.strictEqual(broken.code, 7)
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

  it("R93: SIGTERM turns ready red, lets a request that is under way finish, and ends with 0", async () => {
    const sentinel = start([
      "sentinel",
      "start",
      "--port",
      "0",
      "--operations-port",
      "0",
      "--drain",
      "300 millis",
      "--json"
    ])
    const { address, metrics } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
    const ready = () => fetch(new URL("/health/ready", metrics))
    assert.strictEqual((await ready()).status, 200)
    const client = await dial(Number(new URL(address).port))
    const body = "grant_type=refresh_token"
    client.send(
      request("POST /sentinel/api/account/12345678/token?v=1.0", {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": body.length
      }) + body.slice(0, 5)
    )
    while (!(await (await fetch(metrics)).text()).includes("sentinel_http_requests_in_flight 1")) continue

    sentinel.child.kill("SIGTERM")
    let red = await ready()
    while (red.status === 200) red = await ready()
    assert.strictEqual(red.status, 503)
    assert.deepStrictEqual(await red.json(), { status: "not ready", reason: "Sentinel is stopping." })
    // It still takes requests, until the load balancer has noticed.
    assert.strictEqual((await fetch(`${address}/health/live`)).status, 200)
    while (await isOpen(Number(new URL(address).port))) continue
    client.send(body.slice(5))
    const answer = await client.closed()
    assert.strictEqual(statusOf(answer), "400")
    assert.include(answer, "invalid_client")
    assert.match(answer, /connection: close/i)
    assert.strictEqual((await sentinel.result).code, 0)
  })

  it("R93: a second signal ends it at once", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--drain", "1 minute"])
    await sentinel.output(/Ctrl-C stops it/)
    sentinel.child.kill("SIGINT")
    await sentinel.output(/"stopping"/)
    // One that comes within milliseconds is the same Ctrl-C once more, so that the next one counts.
    const again = setInterval(() => sentinel.child.kill("SIGINT"), 50)
    assert.strictEqual((await sentinel.result).code, 130)
    clearInterval(again)
  })

  it("each request is a line of JSON on stderr, unless --no-access-log", async () => {
    for (const [flags, messages] of [
      [[], ["request", "stopping", "stopped"]],
      [["--no-access-log"], ["stopping", "stopped"]],
      [["--log-level", "warn"], []]
    ] as const) {
      const sentinel = start(["sentinel", "start", "--port", "0", "--json", ...flags])
      const { address } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
      await get(`${address}/api/account/12345678/service/sentinel/baseURI.json?version=1.0&code=planted`)
      sentinel.child.kill()
      const { stderr } = await sentinel.result
      const lines = stderr
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        lines.map(({ message }) => message),
        [...messages]
      )
      assert.notInclude(stderr, "planted")
    }
  })

  it("for people, with --log-format pretty", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--log-format", "pretty"])
    const [, origin = ""] = await sentinel.output(/listens on (\S+)/)
    await get(`${origin}/api/account/12345678/service/sentinel/baseURI.json?version=1.0`)
    await sentinel.output(
      /^\d\d:\d\d:\d\d info  GET \/api\/account\/:accountId\/service\/:service\/baseURI\.json 200 [\d.]+ ms requestId=[0-9a-f]{16} account=12345678$/m
    )
    sentinel.child.kill()
    await sentinel.result
  })

  it("metrics are on its port, or on --operations-port, and in strict mode on the latter only", async () => {
    const config = configFile(JSON.stringify({ accounts: [{ id: "1", users: [], installations: [] }] }))
    for (const [flags, onMain] of [
      [[], 200],
      [["--operations-port", "0"], 404],
      [["--strict", "--config", config], 404],
      [["--strict", "--config", config, "--operations-port", "0"], 404]
    ] as const) {
      const sentinel = start(["sentinel", "start", "--port", "0", "--json", ...flags])
      const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
      assert.strictEqual((await fetch(`${said.address}/metrics`)).status, onMain)
      assert.strictEqual((await fetch(said.health)).status, 200)
      assert.strictEqual(said.metrics !== undefined, flags.includes("--operations-port" as never) || onMain === 200)
      if (said.metrics !== undefined)
        assert.include(await (await fetch(said.metrics)).text(), "\nsentinel_sessions 0\n")
      sentinel.child.kill()
      await sentinel.result
    }
  })

  it("--strict refuses what everybody knows, and says all of it at once without secrets", async () => {
    const installation = {
      client_id: "11111111-1111-4111-8111-111111111111",
      client_secret: "development-only-secret",
      client_name: "Test",
      grant_types: ["authorization_code"],
      redirect_uris: ["https://app.example/cb"]
    }
    const config = configFile(
      JSON.stringify({
        accounts: [
          {
            id: "1",
            users: [
              { id: "1", email: "somebody@b.c", password: "agent" },
              { id: "2", email: "Planted@b.c", password: "planted" },
              { id: "3", email: "good@b.c", password: "correct horse battery staple" }
            ],
            installations: [installation]
          }
        ]
      })
    )
    const { code, stderr, stdout } = await run([
      "sentinel",
      "start",
      "--strict",
      "--host",
      "0.0.0.0",
      "--config",
      config
    ])
    assert.strictEqual(code, 7)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "Strict mode refuses this:")
    for (const path of [
      "--public-origin",
      "accounts[0].users[0].password",
      "accounts[0].users[1].password",
      "accounts[0].installations[0].client_secret"
    ]) {
      assert.include(stderr, `  - ${path}: `)
    }
    assert.notInclude(stderr, "users[2]")
    assert.notInclude(stderr, "planted")
    assert.notInclude(stderr, "development-only-secret")
    const builtIn = await run(["sentinel", "start", "--strict"])
    assert.strictEqual(builtIn.code, 7)
    assert.include(builtIn.stderr, "--config: is missing")
    const plain = await run([
      "sentinel",
      "start",
      "--strict",
      "--config",
      config,
      "--public-origin",
      "http://sentinel.example"
    ])
    assert.strictEqual(plain.code, 2)
    assert.include(plain.stderr, "https")
  })

  it("R100: --strict refuses stubs, and not services", async () => {
    const account = { id: "1", users: [], installations: [], services: { msgHist: "localhost:7000" } }
    const stubs = { faasGW: [{ route: "GET /api/account/{account}/lambdas" }] }
    const config = configFile(JSON.stringify({ accounts: [{ ...account, stubs }] }))
    const { code, stderr } = await run(["sentinel", "start", "--strict", "--port", "0", "--config", config])
    assert.strictEqual(code, 7)
    assert.match(stderr, /Strict mode refuses this:\n\s+- accounts\[0\]\.stubs: are for development/)
    assert.notInclude(stderr, "services:")
  })

  it("R85: --strict with --public-origin wants to know about proxies", async () => {
    const config = configFile(JSON.stringify({ accounts: [{ id: "1", users: [], installations: [] }] }))
    const strict = ["sentinel", "start", "--strict", "--port", "0", "--config", config]
    const behind = [...strict, "--public-origin", "https://sentinel.example.com"]
    const undecided = await run(behind)
    assert.strictEqual(undecided.code, 7)
    assert.include(undecided.stderr, "  - --trusted-proxy: is missing")
    assert.match(undecided.stderr, /--trusted-proxy 10\.0\.0\.0\/8, or --trusted-proxy none/)
    const both = await run([...behind, "--trusted-proxy", "none", "--trusted-proxy", "10.0.0.0/8"])
    assert.strictEqual(both.code, 7)
    assert.include(both.stderr, "--trusted-proxy: none stands alone")
    const unheard = await run(["sentinel", "start", "--control-host", "0.0.0.0", "--no-control"])
    assert.include(unheard.stderr, "--control-host: is for a control, and --no-control leaves it out")
    for (const flags of [
      [...behind, "--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "fd00::/8"],
      [...behind, "--trusted-proxy", "none"],
      [...strict, "--public-origin", "http://localhost:4400"],
      strict
    ]) {
      const sentinel = start(flags)
      await sentinel.output(/listens on (\S+)/)
      sentinel.child.kill()
      assert.strictEqual((await sentinel.result).code, 0)
    }
  })

  it("R52, R64: --dialect chooses whole sets, --point goes over it, and strict mode takes no secret in the query", async () => {
    const client = { client_id: "33333333-3333-4333-8333-333333333333", client_secret: "development-only-secret" }
    const query = `${new URLSearchParams({ ...client, grant_type: "client_credentials" })}`
    for (const [flags, status, expiresIn] of [
      [[], 200, "3600"],
      [["--dialect", "rfc"], 400, undefined],
      [["--dialect", "rfc", "--point", "appTokenSecretInQuery=true"], 200, 3600]
    ] as const) {
      const sentinel = start(["sentinel", "start", "--port", "0", "--control-port", "0", ...flags])
      const [, origin] = await sentinel.output(/listens on (\S+)/)
      const address = `${origin}/sentinel/api/v2/account/12345678/app/token?${query}`
      const answer = await fetch(address, { method: "POST" })
      const json = (await answer.json()) as Record<string, unknown>
      assert.strictEqual(answer.status, status)
      assert.strictEqual(json["expires_in"], expiresIn)
      sentinel.child.kill()
      const { stderr, stdout } = await sentinel.result
      assert.notInclude(stdout + stderr, "development-only-secret&")
      assert.notInclude(stderr, "client_secret=")
      assert.strictEqual(stderr.includes("appTokenSecretInQuery=false"), status === 200)
    }
    const config = configFile(JSON.stringify({ accounts: [{ id: "1", users: [], installations: [] }] }))
    const unknown = await run(["sentinel", "start", "--dialect", "newest"])
    assert.strictEqual(unknown.code, 2)
    const strict = await run([
      "sentinel",
      "start",
      "--strict",
      "--port",
      "0",
      "--config",
      config,
      "--point",
      "appTokenSecretInQuery=true"
    ])
    assert.strictEqual(strict.code, 7)
    assert.include(strict.stderr, "points.appTokenSecretInQuery")
    for (const [flags, isWarned] of [
      [[], true],
      [["--dialect", "rfc"], false]
    ] as const) {
      const sentinel = start(["sentinel", "start", "--strict", "--port", "0", "--config", config, ...flags])
      await sentinel.output(/listens on (\S+)/)
      sentinel.child.kill()
      assert.strictEqual((await sentinel.result).stderr.includes("refreshTokens is keep"), isWarned)
    }
  })

  it("R58: --strict refuses secrets of less than 128 bits", async () => {
    const secrets: ReadonlyArray<readonly [secret: string, isRefused: boolean]> = [
      ["kuvL2dAgB1fTzYEVIaC83", true],
      ["kuvL2dAgB1fTzYEVIaC83w", false],
      ["0f1e2d3c4b5a69788796a5b4c3d2e1f", true],
      ["0f1e2d3c4b5a69788796a5b4c3d2e1f0", false],
      ["120938745610293847561029384756102938475", false],
      ["12093874561029384756102938475610", true],
      ["abababababababababababababababababababab", true],
      ["4f2a6f0e-9d0b-4c8e-b6ce-d5f21a7c9e03", false]
    ]
    const installations = secrets.map(([client_secret], index) => ({
      client_id: `${index}`,
      client_secret,
      client_name: "Test",
      grant_types: ["authorization_code"],
      redirect_uris: ["https://app.example/cb"]
    }))
    const config = configFile(JSON.stringify({ accounts: [{ id: "1", users: [], installations }] }))
    const { stderr } = await run(["sentinel", "start", "--strict", "--port", "0", "--config", config])
    const refused = [...stderr.matchAll(/installations\[(\d)\]\.client_secret: can be guessed/g)].map(
      ([, index]) => index
    )
    assert.deepStrictEqual(
      refused,
      secrets.flatMap(([, isRefused], index) => (isRefused ? [`${index}`] : []))
    )
    for (const [secret] of secrets) assert.notInclude(stderr, secret)
  })

  it("--public-origin is what browsers and applications are told", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--public-origin", "https://sentinel.example.com"])
    const [, origin = ""] = await sentinel.output(/listens on (\S+)/)
    const answer = await get(`${origin}/api/account/12345678/service/sentinel/baseURI.json?version=1.0`)
    assert.strictEqual(JSON.parse(answer).baseURI, "sentinel.example.com")
    sentinel.child.kill()
    assert.include((await sentinel.result).stdout, "LE_AUTH_DOMAIN_API=https://sentinel.example.com")
  })

  it("--point changes the dialect, over that of the file; a wrong one is refused, and so is --profile", async () => {
    const config = configFile(
      JSON.stringify({
        accounts: [{ id: "1", users: [], installations: [] }],
        points: { tokenClientErrorStatus: 401, openerPolicy: "unsafe-none" }
      })
    )
    const unknownClient = async (flags: ReadonlyArray<string>) => {
      const sentinel = start(["sentinel", "start", "--port", "0", "--json", "--config", config, ...flags])
      const { address } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
      const body = new URLSearchParams({ client_id: "x", client_secret: "y" })
      const { status } = await fetch(`${address}/sentinel/api/account/1/token?v=1.0`, { method: "POST", body })
      sentinel.child.kill()
      await sentinel.result
      return status
    }
    assert.strictEqual(await unknownClient([]), 401)
    assert.strictEqual(await unknownClient(["--point", "tokenClientErrorStatus=400"]), 400)
    const { code, stderr } = await run(["sentinel", "start", "--point", "expiresIn=never", "--point", "nope=1"])
    assert.strictEqual(code, 7)
    assert.include(stderr, "points.expiresIn")
    assert.include(stderr, "points.nope")
    for (const old of ["staging", "expiresIn=string"]) {
      const refused = await run(["sentinel", "start", "--profile", old])
      assert.strictEqual(refused.code, 2)
      assert.strictEqual(refused.stderr, "le-auth: A point of the dialect is set with --point name=value\n")
    }
  })
})

describe("le-auth sentinel init", () => {
  it("writes a file that starts, for its owner only, with secrets of its own, and a schema that names every field", async () => {
    const file = Path.join(directory, "fresh.jsonc")
    const { code, stderr, stdout } = await run(["sentinel", "init", file])
    assert.deepStrictEqual([code, stdout], [0, ""])
    assert.include(stderr, `Start it with: le-auth sentinel start --config ${file}`)
    assert.strictEqual(Fs.statSync(file).mode & 0o777, 0o600)
    const text = Fs.readFileSync(file, "utf8")
    assert.include(text, '"$schema": "./fresh.schema.json"')
    const schema = JSON.parse(Fs.readFileSync(Path.join(directory, "fresh.schema.json"), "utf8"))
    assert.includeMembers(Object.keys(schema.properties), ["$schema", "points", "accounts"])

    const sentinel = start(["sentinel", "start", "--strict", "--port", "0", "--config", file])
    await sentinel.output(/Ctrl-C stops it/)
    sentinel.child.kill()
    const said = (await sentinel.result).stdout
    assert.include(said, "Strict: ")
    for (const [, password = ""] of text.matchAll(/"password": "([^"]*)"/g)) assert.notInclude(said, password)

    const again = await run(["sentinel", "init", file])
    assert.strictEqual(again.code, 1)
    assert.include(again.stderr, "--force")
    assert.strictEqual(Fs.readFileSync(file, "utf8"), text)
    assert.strictEqual((await run(["sentinel", "init", file, "--force"])).code, 0)
    assert.notStrictEqual(Fs.readFileSync(file, "utf8"), text)
  })
})
