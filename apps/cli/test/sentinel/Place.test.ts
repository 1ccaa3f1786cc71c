/** Sentinel as a place: what the start prints leads somewhere, and who sees what there. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fetch } from "@effect/platform-node/Undici"
import { afterAll, assert, describe, it } from "vitest"
import { freePort, run, start, temporaryDirectory } from "../Cli.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const configOf = (more: object = {}) => ({
  accounts: [
    {
      id: "12345678",
      users: [{ id: "3552833710", email: "agent@example.com", password: "planted-password", name: "Own User" }],
      installations: [
        {
          client_id: "own",
          client_secret: "0123456789abcdef0123456789abcdef",
          client_name: "Own application",
          grant_types: ["authorization_code"],
          redirect_uris: ["https://app.example/callback"],
          ...more
        }
      ]
    }
  ]
})

let files = 0
const file = (config: object): string => {
  const path = Path.join(directory, `${++files}.json`)
  Fs.writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

const ask = async (address: string) => {
  const response = await fetch(address, { headers: { accept: "text/html" }, redirect: "manual" })
  return { status: response.status, text: await response.text() }
}

const authorize = (origin: string, redirectUri: string, clientId = "11111111-1111-4111-8111-111111111111") =>
  `${origin}/sentinel/api/account/12345678/authorize?${new URLSearchParams({
    v: "1.0",
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri
  })}`

/** Runs a Sentinel while `work` asks it. Gives what it printed. */
const serving = async (args: ReadonlyArray<string>, work: (origin: string, printed: string) => Promise<void>) => {
  const port = await freePort()
  const sentinel = start(["sentinel", "start", "--port", String(port), ...args])
  try {
    const printed = await sentinel.output(/^[^]*Ctrl-C stops it/)
    await work(`http://localhost:${port}`, printed[0])
  } finally {
    sentinel.child.kill()
  }
  return sentinel.result
}

describe("Sentinel as a place", () => {
  it("R104: every address that the start prints, of its own, answers 200", async () => {
    await serving(["--redirect-uri", "https://app.example/callback"], async (origin, printed) => {
      const callbacks = /\/callback$|^http:\/\/127\.0\.0\.1:4401/
      const addresses = [...printed.matchAll(/https?:\/\/[^\s,]+/g)].map(([address]) => address)
      const own = [...new Set(addresses)].filter((address) => !callbacks.test(address))
      assert.include(own, `${origin}/`)
      assert.isAtLeast(own.length, 5)
      for (const address of own) {
        const { status, text } = await ask(address)
        assert.strictEqual(status, 200, address)
        assert.isNotEmpty(text, address)
      }
      for (const path of ["/favicon.ico", "/robots.txt"]) {
        const control = own.find((address) => new URL(address).port !== new URL(origin).port)!
        for (const at of [origin, new URL(control).origin]) assert.strictEqual((await ask(at + path)).status, 200)
      }
      const { text } = await ask(`${origin}/`)
      for (const shown of ["Alex Agent", "development-only-secret", "/requests", "https://app.example/callback"]) {
        assert.include(text, shown)
      }
      const signIn = await ask(authorize(origin, "https://app.example/callback"))
      assert.strictEqual(signIn.status, 302)
      const commandLine = "22222222-2222-4222-8222-222222222222"
      const other = await ask(authorize(origin, "https://app.example/callback", commandLine))
      assert.strictEqual(other.status, 302, "the error page of each application names the flag")
      const refused = await ask(authorize(origin, "https://other.example/callback"))
      assert.strictEqual(refused.status, 400)
      for (const shown of ["--redirect-uri", "Register this address", "/requests?about="]) {
        assert.include(refused.text, shown)
      }
    })
  })

  it("R104: --redirect-uri is for the built-in application, and an address that may be registered", async () => {
    const wrong = await run(["sentinel", "start", "--redirect-uri", "https://app.example/*"])
    assert.strictEqual(wrong.code, 7)
    assert.include(wrong.stderr, "--redirect-uri: has a wildcard")
    const other = await run(["sentinel", "start", "--redirect-uri", "https://a.example/", "--config", file(configOf())])
    assert.strictEqual(other.code, 7)
    assert.include(other.stderr, "--redirect-uri: is for the built-in application")
  })

  it("R104: a configuration of one's own lists no user, unless --quick-sign-in says so, which warns", async () => {
    const config = file(configOf())
    await serving(["--config", config], async (origin) => {
      const { text } = await ask(`${origin}/`)
      assert.include(text, "Own application")
      for (const hidden of ["Own User", "planted", "0123456789abcdef"]) assert.notInclude(text, hidden)
      const refused = await ask(authorize(origin, "http://localhost:5173/callback", "own"))
      assert.strictEqual(refused.status, 400)
      assert.include(refused.text, "in the file of --config")
      assert.notInclude(refused.text, "Register this address")
    })
    const { stderr } = await serving(["--config", config, "--quick-sign-in", "--host", "0.0.0.0"], async (origin) => {
      const { text } = await ask(`${origin}/`)
      assert.include(text, "Own User")
      assert.notInclude(text, "planted")
    })
    assert.include(stderr, "--quick-sign-in they see the names of its users")
  })

  it("R104: users whom a database has from before are not taken for the built-in ones", async () => {
    const store = `sqlite:${Path.join(directory, "state", "sentinel.sqlite")}`
    await serving(["--store", store, "--config", file(configOf())], async () => {})
    await serving(["--store", store], async (origin, printed) => {
      assert.notInclude(printed, "password agent")
      const { text } = await ask(`${origin}/`)
      assert.include(text, "Own application")
      for (const hidden of ["Own User", "agent@example.com", "development-only-secret"]) assert.notInclude(text, hidden)
      const refused = await ask(authorize(origin, "https://other.example/callback", "own"))
      assert.include(refused.text, "start Sentinel with --config and that file")
    })
    const fresh = `sqlite:${Path.join(directory, "fresh", "sentinel.sqlite")}`
    await serving(["--store", fresh], async () => {})
    await serving(["--store", fresh, "--redirect-uri", "https://later.example/callback"], async (origin) => {
      const { text } = await ask(`${origin}/`)
      for (const shown of ["Alex Agent", "https://later.example/callback"]) assert.include(text, shown)
      assert.strictEqual((await ask(authorize(origin, "https://later.example/callback"))).status, 302)
    })
  })

  it("R104: strict mode refuses all of it, says why, and has no start page", async () => {
    const strict = ["sentinel", "start", "--strict", "--config", file(configOf({ any_loopback_redirect: true }))]
    const flags = [
      "--quick-sign-in",
      "--redirect-uri",
      "https://a.example/",
      "--webhook-host",
      "app",
      "--control-port",
      "1"
    ]
    const { code, stderr } = await run([...strict, ...flags])
    assert.strictEqual(code, 7)
    for (const said of [
      "--quick-sign-in: lets everybody in without a password",
      "any_loopback_redirect: sends codes to whatever program listens there",
      "--redirect-uri: is for the built-in application",
      "--webhook-host: there is no control in strict mode",
      "--control-port: there is no control in strict mode"
    ]) {
      assert.include(stderr, said)
    }
    await serving(["--strict", "--config", file(configOf())], async (origin, printed) => {
      assert.include(printed, "no start page")
      for (const path of ["/", "/sentinel", "/requests", "/sentinel/register"]) {
        const { status, text } = await ask(origin + path)
        assert.strictEqual(status, 404, path)
        assert.notInclude(text, "12345678")
      }
      const refused = await ask(authorize(origin, "https://planted.example/", "own"))
      assert.strictEqual(refused.status, 400)
      assert.notInclude(refused.text, "planted")
      assert.notInclude(refused.text, "app.example")
      for (const path of ["/favicon.ico", "/robots.txt"]) assert.strictEqual((await ask(origin + path)).status, 200)
    })
  })
})
