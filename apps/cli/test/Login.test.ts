import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import { constants } from "node:os"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "vitest"
import { browser, isOpen, keptIn, planted, run, start, temporaryDirectory, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())
afterEach(() => Fs.rmSync(at.sessionFile, { force: true }))

const authorizeUrl = /^ {2}(http\S+)$/m

describe("le-auth login", () => {
  it("signs in through the browser, says who on stdout, and keeps the session in a private file", async () => {
    const { code, stderr, stdout } = await run(["login"], at.env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^Signed in as 1234567890 to account le87654321, until 20\S+Z\n$/)
    assert.match(stderr, authorizeUrl)
    assert.strictEqual(Fs.statSync(at.sessionFile).mode & 0o777, 0o600)
    assert.isFalse(await isOpen(at.callbackPort))
    // H1
    const { accessToken, refreshToken } = (await keptIn(at.sessionFile))[0]!
    for (const secret of [planted.secret, accessToken, refreshToken]) assert.notInclude(stdout + stderr, secret)
  })

  it("H1: nothing secret at the log level all either", async () => {
    const { code, stderr, stdout } = await run(["login", "--log-level", "all"], at.env)
    assert.strictEqual(code, 0, stderr)
    const { accessToken, refreshToken } = (await keptIn(at.sessionFile))[0]!
    for (const secret of [planted.secret, accessToken, refreshToken]) assert.notInclude(stdout + stderr, secret)
  })

  it("says how to start the local Sentinel when it does not run", async () => {
    const { code, stderr, stdout } = await run(["login"], {
      SENTINEL_PORT: "1",
      XDG_STATE_HOME: temporaryDirectory()
    })
    assert.strictEqual(code, 6)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "The local Sentinel at http://localhost:1 does not answer")
    assert.include(stderr, "le-auth sentinel start")
    assert.notInclude(stderr, "    at ")
  })

  it("I12: the one secret that is built in is for the local Sentinel, and goes nowhere else", async () => {
    let requests = 0
    const elsewhere = Http.createServer((_, response) => void response.end(String(++requests)))
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
    const { port } = elsewhere.address() as Net.AddressInfo
    const { code, stderr } = await run(["login", "--profile", "local"], {
      LE_AUTH_DOMAIN_API: `http://127.0.0.1:${port}`,
      SENTINEL_PORT: "1",
      XDG_STATE_HOME: temporaryDirectory()
    })
    elsewhere.close()
    assert.strictEqual(code, 6, stderr)
    assert.include(stderr, "The local Sentinel at http://localhost:1 does not answer")
    assert.strictEqual(requests, 0)
  })

  it("lists all missing and wrong settings at once, without their values", async () => {
    const { code, stderr } = await run(["login"], {
      LE_AUTH_CLIENT_ID: "x",
      LE_AUTH_CLIENT_SECRET: "plänted",
      LE_AUTH_REDIRECT_URI: "callback"
    })
    assert.strictEqual(code, 7)
    assert.include(stderr, "LE_AUTH_ACCOUNT_ID is missing")
    assert.include(stderr, "LE_AUTH_CLIENT_SECRET: ")
    assert.include(stderr, "LE_AUTH_REDIRECT_URI: ")
    assert.notInclude(stderr, "plänted")
  })

  it("says that a sign-in needs a redirect URI, which other commands do without", async () => {
    const { LE_AUTH_REDIRECT_URI: _, ...without } = at.env
    const login = await run(["login"], without)
    assert.strictEqual(login.code, 7)
    assert.include(login.stderr, "LE_AUTH_REDIRECT_URI is missing: the callback of the sign-in arrives there")
    const status = await run(["status"], without)
    assert.notInclude(status.stderr, "LE_AUTH_REDIRECT_URI")
    const domains = await run(["domains"], without)
    assert.strictEqual(domains.code, 0, domains.stderr)
  })

  it("I5: foreign hits, wrong state and nonsense are ignored while it waits", async () => {
    const { code, stderr, stdout } = await run(["login"], { ...at.env, BROWSER: browser("attack") })
    assert.strictEqual(code, 0, stderr)
    assert.include(stdout, "Signed in as 1234567890")
  })

  it("a refusal ends it with exit code 4, and shows what Sentinel said", async () => {
    const { code, stderr, stdout } = await run(["login"], { ...at.env, BROWSER: browser("deny") })
    assert.strictEqual(code, 4)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "access_denied (The user said no)")
    assert.isFalse(Fs.existsSync(at.sessionFile))
  })

  it("I4: a taken port is a message that names it", async () => {
    const server = Net.createServer().listen(at.callbackPort, "127.0.0.1")
    const { code, stderr } = await run(["login"], at.env)
    await new Promise((resolve) => server.close(resolve))
    assert.strictEqual(code, 9)
    assert.include(stderr, `Port ${at.callbackPort} on 127.0.0.1 is taken`)
    assert.include(stderr, "le-auth login --port")
    assert.notInclude(stderr, "    at ")
  })

  it("I4: of two sign-ins at once the second hears that the port is taken, and the first goes on", async () => {
    const first = start(["login", "--no-browser"], at.env)
    const [, url = ""] = await first.output(authorizeUrl)
    const { code, stderr } = await run(["login"], at.env)
    assert.strictEqual(code, 9)
    assert.include(stderr, "perhaps by another sign-in")
    await run([url], {}, browser("approve").split(" ").slice(1))
    assert.strictEqual((await first.result).code, 0)
  })

  it("a redirect URI that does not lead here is a message", async () => {
    const { code, stderr } = await run(["login"], { ...at.env, LE_AUTH_REDIRECT_URI: "https://le-app.com/cb" })
    assert.strictEqual(code, 7)
    assert.include(stderr, "https://le-app.com/cb does not lead to this computer")
  })

  it("I1: --callback-host opens another address, says so loudly, and leaves the redirect URI as it is", async () => {
    for (const [args, environment] of [
      [["--callback-host", "0.0.0.0"], {}],
      [[], { LE_AUTH_CALLBACK_HOST: "0.0.0.0" }]
    ] as const) {
      const login = start(["login", "--no-browser", ...args], { ...at.env, ...environment })
      const [, url = ""] = await login.output(authorizeUrl)
      assert.strictEqual(new URL(url).searchParams.get("redirect_uri"), at.redirectUri)
      assert.isTrue(await isOpen(at.callbackPort, process.platform === "linux" ? "127.0.0.2" : "127.0.0.1"))
      await run([url], {}, browser("approve").split(" ").slice(1))
      const { code, stderr } = await login.result
      assert.strictEqual(code, 0, stderr)
      assert.include(stderr, "WARNING: the callback is received on 0.0.0.0, not on this computer alone.")
    }
    const usual = await run(["login", "--no-browser", "--timeout", "10 millis"], {
      ...at.env,
      LE_AUTH_CALLBACK_HOST: ""
    })
    assert.notInclude(usual.stderr, "WARNING")
  })

  it("refuses a callback host that is not an address", async () => {
    const { code, stderr } = await run(["login", "--callback-host", "example.com"], at.env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "--callback-host takes an IP address, such as 0.0.0.0, and not example.com.")
    const other = await run(["login"], { ...at.env, LE_AUTH_CALLBACK_HOST: "localhost" })
    assert.include(other.stderr, "LE_AUTH_CALLBACK_HOST takes an IP address")
  })

  it("asks for no address without a terminal, however long it takes", async () => {
    const { code, stderr } = await run(["login", "--timeout", "6 seconds"], { ...at.env, BROWSER: browser("stop") })
    assert.strictEqual(code, 5)
    assert.notInclude(stderr, "Paste")
  })

  it("I8: the deadline ends it with exit code 5", async () => {
    const { code, stderr } = await run(["login", "--no-browser", "--timeout", "100 millis"], at.env)
    assert.strictEqual(code, 5)
    assert.include(stderr, "The sign-in was not finished within 100ms")
    assert.isFalse(await isOpen(at.callbackPort))
  })

  it("--no-browser prints the address, and waits for the user to open it", async () => {
    const login = start(["login", "--no-browser"], { ...at.env, BROWSER: "/nonexistent" })
    const [, url = ""] = await login.output(authorizeUrl)
    await run([url], {}, browser("approve").split(" ").slice(1))
    const { code, stderr, stdout } = await login.result
    assert.strictEqual(code, 0, stderr)
    assert.include(stdout, "Signed in as")
    assert.notInclude(stderr, "No browser")
  })

  it("a browser that cannot be started does not end it: the address is there", async () => {
    const login = start(["login"], { ...at.env, BROWSER: "/nonexistent" })
    await login.output(/No browser could be started/)
    const [, url = ""] = await login.output(authorizeUrl)
    await run([url], {}, browser("approve").split(" ").slice(1))
    assert.strictEqual((await login.result).code, 0)
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`I3 I8: ${signal} ends it at once and closes the port`, async () => {
      const login = start(["login", "--no-browser"], at.env)
      await login.output(authorizeUrl)
      const held = Net.connect(at.callbackPort, "127.0.0.1").on("error", () => {})
      await new Promise((resolve) => held.once("connect", resolve))
      const from = performance.now()
      login.child.kill(signal)
      const { code, stderr, stdout } = await login.result
      assert.isBelow(performance.now() - from, 15_000)
      assert.strictEqual(code, 128 + constants.signals[signal])
      assert.strictEqual(stdout, "")
      assert.notInclude(stderr, "    at ")
      assert.isFalse(await isOpen(at.callbackPort))
    })
  }

  it("I11: the secret is not an argument, and is not repeated when it is tried", async () => {
    for (const flag of ["--secret", "--client-secret"]) {
      for (const args of [[flag, planted.secret], [`${flag}=${planted.secret}`]]) {
        const { code, stderr, stdout } = await run(["login", ...args], at.env)
        assert.strictEqual(code, 2)
        assert.notInclude(stdout + stderr, planted.secret)
      }
    }
  })
})
