import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { keptIn, planted, run, temporaryDirectory, world } from "./Cli.ts"
import { keys, onTerminal } from "./Terminal.ts"

let at: Awaited<ReturnType<typeof world>>
let settings: string
beforeAll(async () => {
  at = await world()
  settings = Path.join(temporaryDirectory(), ".env")
  const lines = Object.entries(at.env).filter(([name]) => name.startsWith("LE_AUTH_"))
  Fs.writeFileSync(settings, lines.map(([name, value]) => `${name}="${value}"`).join("\n"))
})
afterAll(() => at.close())

/** A home with the profiles, and nothing of them in the environment. */
const withProfiles = async (...names: ReadonlyArray<string>) => {
  const env = { XDG_STATE_HOME: temporaryDirectory(), BROWSER: at.env["BROWSER"]!, SENTINEL_PORT: "1" }
  for (const name of names) {
    const { code, stderr } = await run(["login", "--settings", settings, "--profile", name], env)
    assert.strictEqual(code, 0, stderr)
  }
  return env
}

const listed = async (env: Record<string, string>) => {
  const { code, stderr, stdout } = await run(["accounts", "list", "--json"], env)
  assert.strictEqual(code, 0, stderr)
  return JSON.parse(stdout) as ReadonlyArray<Record<string, unknown>>
}

describe("profiles", () => {
  it("I11, I12: login --settings takes a file, and keeps it as a profile with the secret sealed", async () => {
    const env = await withProfiles("work")
    const [row, ...others] = await listed(env)
    assert.deepStrictEqual(others, [])
    assert.deepStrictEqual(
      { ...row, validUntil: typeof row!["validUntil"] },
      {
        profile: "work",
        account: "le87654321",
        application: planted.clientId,
        users: ["1234567890"],
        validUntil: "string",
        current: true
      }
    )
    const files = Path.join(env.XDG_STATE_HOME, "le-auth")
    for (const file of Fs.readdirSync(files, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = Path.join(file.parentPath, file.name)
      assert.notInclude(Fs.readFileSync(path, "utf8"), planted.secret)
      assert.strictEqual(Fs.statSync(path).mode & 0o077, 0, path)
    }
    assert.strictEqual((await run(["refresh"], env)).code, 0)
  })

  it("H7: two sign-ins of one user leave one session", async () => {
    const env = await withProfiles("work", "work")
    assert.lengthOf(await keptIn(Path.join(env.XDG_STATE_HOME, "le-auth", "sessions.json")), 1)
    assert.strictEqual((await run(["refresh"], env)).code, 0)
  })

  it("accounts use chooses the current one, by name or by account, and --profile one for once", async () => {
    const env = await withProfiles("work", "staging")
    const current = async () => (await listed(env)).find((row) => row["current"] === true)?.["profile"]
    assert.strictEqual(await current(), "staging")
    const used = await run(["accounts", "use", "work", "--json"], env)
    assert.deepStrictEqual(JSON.parse(used.stdout), { current: "work" })
    assert.strictEqual(await current(), "work")
    const ambiguous = await run(["accounts", "use", "le87654321"], env)
    assert.strictEqual(ambiguous.code, 7)
    assert.include(ambiguous.stderr, "staging")
    for (const more of [{ args: ["--profile", "staging"] }, { env: { LE_AUTH_PROFILE: "staging" } }]) {
      const { code, stderr } = await run(["status", ...(more.args ?? [])], { ...env, ...more.env })
      assert.strictEqual(code, 0, stderr)
    }
    assert.strictEqual(await current(), "work")
    const { code, stdout } = await run(["accounts", "list"], env)
    assert.strictEqual(code, 0)
    assert.match(stdout, /^\* work {13}le87654321 {3}1234567890, until 20\S+Z$/m)
    assert.match(stdout, /^ {2}staging /m)
  })

  it("--account names the profile of an account, where there is one only", async () => {
    const env = await withProfiles("work")
    assert.strictEqual((await run(["token", "--account", "le87654321"], env)).code, 0)
    await run(["login", "--settings", settings, "--profile", "staging"], env)
    const { code, stderr } = await run(["token", "--account", "le87654321"], env)
    assert.strictEqual(code, 7)
    assert.include(stderr, "Choose with --profile")
    const unknown = await run(["token", "--account", "99999999"], env)
    assert.strictEqual(unknown.code, 7)
    assert.include(unknown.stderr, "Account 99999999 is not known here")
    const missing = await run(["token", "--profile", "nope"], env)
    assert.strictEqual(missing.code, 7)
    assert.include(missing.stderr, "There is no profile nope")
  })

  it("the environment goes before the current profile, and is not kept", async () => {
    const env = await withProfiles("work")
    const both = { ...at.env, ...env }
    assert.deepStrictEqual(
      (await listed(both)).map(({ current, profile }) => [profile, current]),
      [
        [null, true],
        ["work", false]
      ]
    )
    for (const more of [both, { ...env, LE_AUTH_PROFILE: "work" }, { ...env, LE_AUTH_CLIENT_ID: "incomplete" }]) {
      const used = await run(["accounts", "use", "work"], more)
      assert.strictEqual(used.code, 0)
      assert.include(used.stderr, "LE_AUTH_* variables take precedence")
      assert.isNotEmpty(await listed(more))
    }
    const only = { ...at.env, XDG_STATE_HOME: temporaryDirectory() }
    assert.strictEqual((await run(["login"], only)).code, 0)
    assert.isFalse(Fs.existsSync(Path.join(only.XDG_STATE_HOME, "le-auth", "profiles.json")))
  })

  it("accounts list leaves out a profile whose secret does not open, and says what to do about it", async () => {
    const env = await withProfiles("work", "staging")
    const path = Path.join(env.XDG_STATE_HOME, "le-auth", "profiles.json")
    const content = JSON.parse(Fs.readFileSync(path, "utf8"))
    content.profiles.find(({ name }: { readonly name: string }) => name === "staging").secret = "of another key"
    Fs.writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
    const { code, stderr, stdout } = await run(["accounts", "list"], env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^ {2}work /m)
    assert.notInclude(stdout, "staging")
    assert.include(stderr, "le-auth accounts remove staging")
    assert.strictEqual((await run(["accounts", "remove", "staging"], env)).code, 0)
  })

  it("accounts remove takes the profile, its secret and its sessions, and another one is current", async () => {
    const env = await withProfiles("work")
    const { code, stderr } = await run(["accounts", "remove", "work"], env)
    assert.strictEqual(code, 0, stderr)
    assert.include(stderr, "LivePerson was not told")
    assert.deepStrictEqual(
      (await listed(env)).map(({ profile }) => profile),
      ["local"]
    )
    const files = Path.join(env.XDG_STATE_HOME, "le-auth")
    assert.notInclude(Fs.readFileSync(Path.join(files, "profiles.json"), "utf8"), planted.clientId)
    assert.deepStrictEqual(await keptIn(Path.join(files, "sessions.json")), [])
    assert.strictEqual((await run(["accounts", "remove", "work"], env)).code, 7)
  })

  it("another application of an account needs a name of its own", async () => {
    const env = await withProfiles()
    const args = ["login", "--settings", settings]
    assert.strictEqual((await run(args, env)).code, 0)
    const other = Path.join(temporaryDirectory(), ".env")
    Fs.writeFileSync(other, Fs.readFileSync(settings, "utf8").replace(planted.clientId, "another-application"))
    const { code, stderr } = await run(["login", "--settings", other], env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "The profile le87654321 belongs to another application. Name a new one with --profile.")
    assert.strictEqual((await run(args, env)).code, 0)
  })

  it("a name that is none is wrong usage", async () => {
    const env = await withProfiles()
    assert.strictEqual((await run(["token", "--profile", "../etc"], env)).code, 2)
  })

  it("several at once lose nothing of each other", async () => {
    const env = await withProfiles("a", "b", "c", "d")
    await Promise.all(["a", "b", "c"].map((name) => run(["accounts", "remove", name], env)))
    // It is of the same application, so its session is theirs, and stays.
    assert.strictEqual((await run(["token"], env)).code, 0)
    assert.deepStrictEqual(
      (await listed(env)).map(({ current, profile }) => [profile, current]),
      [["d", true]]
    )
  })
})

describe("questions", () => {
  it("G6: logout --everywhere asks on a terminal, and no is the default", async () => {
    const env = await withProfiles("work")
    const refused = onTerminal(["logout", "--everywhere"], env)
    await refused.shows(/End all LivePerson sessions of 1234567890, also in the browser and in other applications\?/)
    refused.type(keys.enter)
    const { code, screen } = await refused.result
    assert.strictEqual(code, 1)
    assert.include(screen, "Nothing was done.")
    assert.strictEqual((await run(["token"], env)).code, 0)

    const agreed = onTerminal(["logout", "--everywhere"], env)
    await agreed.shows(/other applications\?/)
    agreed.type("y")
    const ended = await agreed.result
    assert.strictEqual(ended.code, 0, ended.screen)
    assert.include(ended.screen, "All LivePerson sessions of 1234567890 have ended.")
    assert.strictEqual((await run(["token"], env)).code, 3)
  })

  it("I13: token warns on a terminal", async () => {
    const env = await withProfiles("work")
    const { code, screen } = await onTerminal(["token"], env).result
    assert.strictEqual(code, 0)
    assert.include(screen, "Anyone who sees this token can act as you until it expires.")
  })

  it("colours are for terminals, and never with NO_COLOR", async () => {
    const colour = "\u001b[1m"
    assert.include((await onTerminal(["accounts", "--help"]).result).raw, colour)
    assert.notInclude((await onTerminal(["accounts", "--help"], { NO_COLOR: "1" }).result).raw, colour)
    assert.notInclude((await run(["accounts", "--help"], { NO_COLOR: "" })).stdout, colour)
  })
})
