import * as InstallationDocument from "@le-auth/core/InstallationDocument"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { run, runWith, temporaryDirectory } from "./Cli.ts"

const folder = temporaryDirectory()
afterAll(() => Fs.rmSync(folder, { recursive: true }))
const file = Path.join(folder, "installation.json")
const read = () => JSON.parse(Fs.readFileSync(file, "utf8"))

const command = (args: ReadonlyArray<string>) => run(["installation", ...args], {})
const init = (...args: ReadonlyArray<string>) => command(["init", file, "--force", ...args])
const check = async (content: string | Uint8Array, ...args: ReadonlyArray<string>) => {
  Fs.writeFileSync(file, content)
  return command(["check", file, ...args])
}

const callback = "https://app.example.com/callback"
const signIn = { client_name: "a", grant_types: ["authorization_code", "refresh_token"], redirect_uris: [callback] }

describe("le-auth installation init", () => {
  it("K1: writes a document for users, for an application, and for both, in which check finds nothing", async () => {
    const users = ["--redirect-uri", callback, "--redirect-uri", "http://localhost:3000/callback"]
    const application = ["--app", "--scope", "users.external"]
    for (const args of [
      users,
      [...users, ...users],
      application,
      [...users, ...application, "--name", "com.example.both"]
    ]) {
      const { code, stderr } = await init(...args)
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(InstallationDocument.check(read()), [])
      assert.strictEqual((await command(["check", file])).code, 0)
      // Sentinel takes it as it is, with an id and a secret.
      const installation = { ...read(), client_id: "c", client_secret: "s" }
      const config = { accounts: [{ id: "1", users: [], installations: [installation] }] }
      await Effect.runPromise(SentinelConfig.fromUnknown(config))
    }
    assert.deepStrictEqual(read(), {
      client_name: "com.example.both",
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      response_types: ["code"],
      redirect_uris: [callback, "http://localhost:3000/callback"],
      scope: "users.external"
    })
  })

  it("replaces no file unless it is told to", async () => {
    Fs.writeFileSync(file, "kept")
    const refused = await command(["init", file, "--redirect-uri", callback])
    assert.strictEqual(refused.code, 1)
    assert.include(refused.stderr, "exists already")
    assert.strictEqual(Fs.readFileSync(file, "utf8"), "kept")
    assert.strictEqual((await init("--redirect-uri", callback)).code, 0)
    const nowhere = await command(["init", Path.join(folder, "no", "x.json"), "--redirect-uri", callback])
    assert.strictEqual(nowhere.code, 8)
  })

  it("writes to stdout for -, and says with --json where it wrote", async () => {
    const { code, stderr, stdout } = await command(["init", "-", "--app", "--scope", "msg.consumer"])
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.deepStrictEqual(JSON.parse(stdout), {
      client_name: "com.example.app",
      grant_types: ["client_credentials"],
      scope: "msg.consumer"
    })
    const json = await init("--redirect-uri", callback, "--json")
    assert.deepStrictEqual([json.code, json.stdout, json.stderr], [0, `${JSON.stringify({ file })}\n`, ""])
  })

  it("writes nothing that would not work", async () => {
    Fs.rmSync(file, { force: true })
    for (const [args, words] of [
      [[], "--redirect-uri for users who sign in, --app"],
      [["--app"], "scope: There is none"],
      [["--redirect-uri", callback, "--scope", "msg.consumer"], "--scope is for --app"],
      [["--redirect-uri", "http://app.example.com/callback"], "redirect_uris[0]: It is plain http"],
      [["--redirect-uri", "callback"], "redirect_uris[0]: As a redirect URI"],
      [["--redirect-uri", callback, "--name", "x".repeat(129)], "client_name: It has 129 characters"]
    ] as const) {
      const { code, stderr } = await command(["init", file, ...args])
      assert.strictEqual(code, 2, stderr)
      assert.include(stderr, words)
    }
    assert.isFalse(Fs.existsSync(file))
  })
})

describe("le-auth installation check", () => {
  it("prints each finding with its remedy, and its exit code says whether one counts", async () => {
    const good = await check(JSON.stringify(signIn))
    assert.deepStrictEqual([good.code, good.stdout], [0, ""])
    assert.include(good.stderr, "LivePerson takes this document")
    const advice = await check(JSON.stringify({ ...signIn, nmae: 1 }))
    assert.deepStrictEqual([advice.code, advice.stdout.startsWith("advice   nmae: ")], [0, true])
    assert.match(advice.stderr, /^\nLivePerson takes this document/)
    const { code, stderr, stdout } = await check(JSON.stringify({ grant_types: ["authorization_code"] }))
    assert.strictEqual(code, 7)
    assert.match(
      stdout,
      /^refused {2}client_name: It is missing\. Write it as in "client_name": "com\.example\.app"\.$/m
    )
    assert.match(stdout, /^needed {3}grant_types: .*Add "refresh_token"\.$/m)
    assert.include(stderr, "There are findings: 1 that LivePerson refuses, 2 that le-auth needs.")
  })

  it("prints JSON, whose fields are documented", async () => {
    const { code, stderr, stdout } = await check(JSON.stringify({ ...signIn, scope: "x".repeat(129) }), "--json")
    assert.strictEqual(code, 7)
    assert.deepStrictEqual(JSON.parse(stdout), {
      findings: [
        {
          rule: "tooLong",
          severity: "refused",
          field: "scope",
          problem: "It has 129 characters, and LivePerson takes at most 128.",
          remedy: "Shorten it."
        }
      ]
    })
    assert.strictEqual(JSON.parse(stderr).error.code, "configuration")
    const none = await check(JSON.stringify(signIn), "--json")
    assert.deepStrictEqual([none.code, none.stdout], [0, '{"findings":[]}\n'])
  })

  it("reads stdin, and a file with a byte order mark", async () => {
    const content = JSON.stringify(signIn)
    assert.strictEqual((await check(`\uFEFF${content}`)).code, 0)
    const piped = await runWith(content, ["installation", "check", "-"])
    assert.strictEqual(piped.code, 0, piped.stderr)
    assert.strictEqual((await runWith("", ["installation", "check", "-"])).code, 7)
  })

  it("says what cannot be a document, and repeats nothing of it", async () => {
    for (const content of ["", "{", '{"client_secret": "planted" "x"}', "planted", '{"a": planted}']) {
      const { code, stderr, stdout } = await check(content)
      assert.deepStrictEqual([code, stdout], [7, ""])
      assert.match(stderr, /installation\.json is not JSON(?:: see line \d+, column \d+)?\.$/m)
      assert.notInclude(stderr, "planted")
    }
    for (const content of ["null", "[]", "1", '"planted"']) {
      const { code, stdout } = await check(content)
      assert.deepStrictEqual([code, stdout.includes("document: The document must be an object.")], [7, true])
    }
    const large = await check(`"${"x".repeat(1024 * 1024)}"`)
    assert.deepStrictEqual([large.code, large.stderr.includes("larger than 1 MiB")], [7, true])
    for (const path of [folder, `${file}.other`]) {
      const { code, stderr } = await command(["check", path])
      assert.deepStrictEqual([code, stderr.includes("cannot be read")], [7, true], stderr)
    }
    const endless = await command(["check", "/dev/zero"])
    assert.deepStrictEqual([endless.code, endless.stderr.includes("1 MiB")], [7, true], endless.stderr)
  })
})
