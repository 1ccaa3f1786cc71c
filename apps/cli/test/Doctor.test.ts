import * as DateTime from "effect/DateTime"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type Environment, planted, run, temporaryDirectory, world } from "./Cli.ts"

interface Finding {
  readonly check: string
  readonly result: "good" | "warning" | "problem"
  readonly message: string
  readonly remedy: string | null
}

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
  const { code, stderr } = await run(["login"], at.env)
  assert.strictEqual(code, 0, stderr)
})
afterAll(() => at.close())

const doctor = async (env: Environment, args: ReadonlyArray<string> = []) => {
  const { code, stderr, stdout } = await run(["doctor", "--json", ...args], env)
  const findings: ReadonlyArray<Finding> = JSON.parse(stdout).findings
  assert.notInclude(stdout + stderr, planted.secret)
  const of = (result: Finding["result"]) => findings.filter((finding) => finding.result === result)
  return { code, findings, problems: of("problem"), warnings: of("warning") }
}

/** A Domain API and a Sentinel in one, whose clock is wrong and which has no keys. */
const otherSentinel = async (skew: number, status = 302) => {
  const server = Http.createServer((request, response) => {
    const { headers, url = "" } = request
    response.setHeader("date", DateTime.toDateUtc(DateTime.addDuration(DateTime.nowUnsafe(), skew)).toUTCString())
    if (url.includes("/service/sentinel/")) {
      response.end(JSON.stringify({ account: "le87654321", service: "sentinel", baseURI: headers.host }))
    } else if (url.includes("/authorize")) response.writeHead(status, { location: "/login" }).end()
    else response.writeHead(200, { "content-type": "application/json" }).end('{"keys":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    env: { ...at.env, LE_AUTH_DOMAIN_API: `http://127.0.0.1:${(server.address() as Net.AddressInfo).port}` },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

describe("le-auth doctor", () => {
  it("finds no problem where a sign-in works, and says what is worth knowing", async () => {
    const { code, findings, problems, warnings } = await doctor(at.env)
    assert.deepStrictEqual([code, problems], [0, []])
    const checks = new Set(findings.map(({ check }) => check))
    for (const check of [
      "configuration",
      "redirect URI",
      "port",
      "Domain API",
      "clock",
      "application",
      "keys",
      "session"
    ]) {
      assert.include([...checks], check)
    }
    for (const { message, remedy } of warnings) assert.isAbove(message.length * (remedy ?? "").length, 0)
    const { code: exitCode, stderr, stdout } = await run(["doctor"], at.env)
    assert.strictEqual(exitCode, 0)
    assert.match(stdout, /^good {5}session: Signed in as 1234567890, until 20\S+Z$/m)
    assert.include(stderr, "Nothing prevents a sign-in.")
  })

  it("A7: says to which hosts plain http is allowed, and refuses public ones", async () => {
    const { code, findings, warnings } = await doctor({
      ...at.env,
      LE_AUTH_DEVELOPMENT_HOSTS: "sentinel,web",
      LE_AUTH_AUTHORIZE_ORIGIN: "http://localhost:5500"
    })
    assert.strictEqual(code, 0)
    const found = warnings.find(({ check }) => check === "development hosts")
    assert.strictEqual(found?.message, "Plain http is allowed to sentinel,web (LE_AUTH_DEVELOPMENT_HOSTS).")
    assert.include(found?.remedy, "in production")
    assert.include(
      findings.find(({ check }) => check === "authorize origin")?.message,
      "at http://localhost:5500 (LE_AUTH_AUTHORIZE_ORIGIN)"
    )
    for (const [env, problem] of [
      [{ LE_AUTH_DEVELOPMENT_HOSTS: "example.com" }, "LE_AUTH_DEVELOPMENT_HOSTS"],
      [{ LE_AUTH_AUTHORIZE_ORIGIN: "https://example.com" }, "LE_AUTH_AUTHORIZE_ORIGIN"],
      [{ LE_AUTH_DOMAIN_API: "http://sentinel:4400" }, "LE_AUTH_DOMAIN_API"],
      [{ LE_AUTH_REDIRECT_URI: "http://app:4401/callback" }, "LE_AUTH_REDIRECT_URI"]
    ] as const) {
      const { code, problems } = await doctor({ ...at.env, ...env })
      assert.strictEqual(code, 7, problem)
      assert.include(problems.map(({ message }) => message).join("\n"), problem)
    }
  })

  it("says all settings that are missing, and looks at the rest", async () => {
    const { LE_AUTH_CLIENT_SECRET: _, ...env } = at.env
    const { code, findings, problems } = await doctor(env)
    assert.strictEqual(code, 7)
    assert.deepStrictEqual(
      problems.map(({ check }) => check),
      ["configuration"]
    )
    assert.include(problems[0]!.message, "LE_AUTH_CLIENT_SECRET is missing")
    assert.isTrue(findings.some(({ check }) => check === "directory"))
  })

  it("H3: finds files that are open to others, links, damage, and directories that cannot be written", async () => {
    const state = temporaryDirectory()
    const env = { ...at.env, XDG_STATE_HOME: state }
    const directory = Path.join(state, "le-auth")
    Fs.mkdirSync(directory, { mode: 0o755 })
    Fs.writeFileSync(Path.join(directory, "sessions.json"), "{", { mode: 0o644 })
    Fs.symlinkSync("/nonexistent", Path.join(directory, "profiles.json"))
    const { code, problems, warnings } = await doctor(env)
    assert.strictEqual(code, 8)
    const messages = problems.map(({ message }) => message).join("\n")
    assert.include(messages, `${directory} is open to others (755)`)
    assert.include(messages, "sessions.json is open to others (644)")
    assert.include(messages, "profiles.json is a symbolic link")
    assert.isTrue(warnings.some(({ message }) => message.includes("sessions.json is damaged")))
    Fs.rmSync(Path.join(directory, "profiles.json"))
    Fs.writeFileSync(Path.join(directory, "profiles.json"), '{"version":2,"profiles":[]}', { mode: 0o600 })
    assert.isTrue((await doctor(env)).problems.some(({ message }) => message.includes("by a newer le-auth")))
    Fs.rmSync(state, { recursive: true })
    Fs.writeFileSync(state, "")
    assert.strictEqual((await doctor({ ...env, XDG_STATE_HOME: state })).code, 8)
    Fs.rmSync(state)
  })

  it("I2, I4: judges the redirect URI and its port", async () => {
    const uri = (LE_AUTH_REDIRECT_URI: string) => ({ ...at.env, LE_AUTH_REDIRECT_URI })
    const elsewhere = await doctor(uri("https://app.example.com/callback"))
    assert.strictEqual(elsewhere.code, 7)
    assert.include(elsewhere.problems[0]!.message, "does not lead to this computer")

    const taken = Net.createServer()
    await new Promise<void>((resolve) => taken.listen(at.callbackPort, "127.0.0.1", resolve))
    const busy = await doctor(at.env)
    assert.strictEqual(busy.code, 9)
    assert.include(busy.problems[0]!.message, "EADDRINUSE")
    await new Promise((resolve) => taken.close(resolve))
  })

  it("K1: judges an installation document, and compares it with the settings", async () => {
    const file = Path.join(temporaryDirectory(), "installation.json")
    const redirectUri = at.env["LE_AUTH_REDIRECT_URI"]
    const document = {
      client_name: "com.example.app",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"]
    }
    const asked = async (given: unknown) => {
      Fs.writeFileSync(file, typeof given === "string" ? given : JSON.stringify(given))
      const { code, findings } = await doctor(at.env, ["--installation", file])
      const of = findings.filter(({ check }) => check === "installation")
      return { code, results: of.map(({ result }) => result), text: of.map(({ message }) => message).join("\n"), of }
    }
    assert.deepInclude(await asked(document), { code: 0, results: ["good"], text: `${redirectUri} is registered.` })
    const advice = await asked({ ...document, note: "x" })
    assert.deepStrictEqual([advice.code, advice.results], [0, ["good", "warning"]])

    const other = await asked({ ...document, redirect_uris: [`${redirectUri}/`] })
    assert.deepStrictEqual([other.code, other.results], [7, ["problem"]])
    assert.include(other.of[0]!.remedy!, "character by character")
    const application = await asked({ client_name: "a", grant_types: ["client_credentials"], scope: "msg.consumer" })
    assert.deepStrictEqual(application.results, ["problem", "problem"])
    assert.include(application.text, "authorization_code is not registered, and the settings have a redirect URI")
    const refused = await asked({ ...document, grant_types: ["authorization_code"], scope: "x".repeat(129) })
    assert.deepStrictEqual([refused.code, refused.results], [7, ["good", "problem", "problem"]])
    assert.include(refused.text, "scope: It has 129 characters")
    assert.include(refused.text, "without refresh_token")
    for (const wrong of ["{", "[]", '"planted"', ""]) assert.strictEqual((await asked(wrong)).code, 7)
    assert.strictEqual((await doctor(at.env, ["--installation", `${file}.other`])).code, 7)
    Fs.rmSync(Path.dirname(file), { recursive: true })
  })

  it("asks whether Sentinel accepts the application, without signing in", async () => {
    const { code, problems } = await doctor({ ...at.env, LE_AUTH_CLIENT_ID: "unknown" })
    assert.strictEqual(code, 7)
    assert.deepStrictEqual(
      problems.map(({ check }) => check),
      ["application"]
    )
    assert.include(problems[0]!.message, "HTTP 401")
  })

  it("warns of a secret that looks as if more was copied than the secret", async () => {
    for (const [secret, what] of [
      [` ${planted.secret}`, "a blank"],
      [`${planted.secret} `, "a blank"],
      [`"${planted.secret}"`, "quotes"],
      [`'${planted.secret}'`, "quotes"]
    ] as const) {
      const { warnings } = await doctor({ ...at.env, LE_AUTH_CLIENT_SECRET: secret })
      const found = warnings.filter(({ check }) => check === "client secret")
      assert.strictEqual(found.length, 1, what)
      assert.include(found[0]!.message, what)
    }
    assert.isFalse((await doctor(at.env)).findings.some(({ check }) => check === "client secret"))
  })

  it("finds a clock that is wrong, and that no keys are published", async () => {
    const behind = await otherSentinel(3_600_000)
    const { code, problems, warnings } = await doctor(behind.env)
    assert.strictEqual(code, 1)
    assert.match(problems[0]!.message, /^This computer's clock is (?:359|360)\d seconds behind\.$/)
    assert.isTrue(warnings.some(({ check }) => check === "keys"))
    await behind.close()
    const ahead = await otherSentinel(-30_000)
    const slight = await doctor(ahead.env)
    assert.strictEqual(slight.code, 0)
    assert.isTrue(slight.warnings.some(({ message }) => /^This computer's clock is \d+ seconds ahead\.$/.test(message)))
    await ahead.close()
  })

  it("exit code 6 when LivePerson does not answer, with the local remedies all the same", async () => {
    const { code, findings, problems } = await doctor({ ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(code, 6)
    assert.deepStrictEqual(
      problems.map(({ check }) => check),
      ["Domain API"]
    )
    assert.isTrue(findings.some(({ check, result }) => check === "session" && result === "good"))
    const unstarted = await run(["doctor"], { XDG_STATE_HOME: "/nonexistent", SENTINEL_PORT: "1" })
    assert.include(unstarted.stdout, "le-auth sentinel start")
  })
})
