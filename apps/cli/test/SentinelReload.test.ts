import { fetch } from "@effect/platform-node/Undici"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { start, temporaryDirectory } from "./Cli.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const textOf = (accountId: string, more: object = {}) =>
  JSON.stringify({ accounts: [{ id: accountId, users: [], installations: [] }], ...more })

/** A Sentinel with a configuration file, and what a test does with both. */
const running = async (name: string, flags: ReadonlyArray<string> = []) => {
  const path = Path.join(directory, name)
  Fs.writeFileSync(path, textOf("1"))
  const sentinel = start(["sentinel", "start", "--port", "0", "--json", "--config", path, ...flags])
  const { address } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
  return {
    ...sentinel,
    write: (text: string) => Fs.writeFileSync(path, text),
    replace: (text: string) => {
      Fs.writeFileSync(`${path}.new`, text)
      Fs.renameSync(`${path}.new`, path)
    },
    knows: async (accountId: string) =>
      (await fetch(`${address}/api/account/${accountId}/service/sentinel/baseURI.json?version=1.0`)).status === 200,
    stop: async () => {
      sentinel.child.kill()
      return sentinel.result
    }
  }
}

describe("a configuration file that changes", () => {
  it("is taken over while Sentinel runs, be it written or replaced", async () => {
    const sentinel = await running("change.json")
    assert.isTrue(await sentinel.knows("1"))
    sentinel.write(textOf("2"))
    await sentinel.output(/configuration taken over/)
    assert.deepStrictEqual([await sentinel.knows("1"), await sentinel.knows("2")], [false, true])
    sentinel.replace(textOf("3"))
    await sentinel.output(/taken over[^]*taken over/)
    assert.isTrue(await sentinel.knows("3"))
    assert.strictEqual((await sentinel.stop()).code, 0)
  })

  it("R95: with mistakes changes nothing, and all of them are in the log, without values", async () => {
    const sentinel = await running("mistakes.json", ["--log-format", "json"])
    sentinel.write('{ "accounts": [{ "id": "planted secret", "users": 1, "installations": [] }] }')
    await sentinel.output(/the configuration stays as it was/)
    assert.isTrue(await sentinel.knows("1"))
    sentinel.write(textOf("2"))
    await sentinel.output(/configuration taken over/)
    const { stderr } = await sentinel.stop()
    const line = stderr.split("\n").find((text) => text.includes("stays as it was"))!
    const { level, problems } = JSON.parse(line)
    assert.strictEqual(level, "error")
    assert.match(problems.join("\n"), /accounts\[0\]\.id: .*\n.*accounts\[0\]\.users: /)
    assert.notInclude(stderr, "planted")
  })

  it("R95: whatever becomes of the file, Sentinel goes on as it was, and takes the next good one", async () => {
    const sentinel = await running("anything.json", ["--log-format", "json"])
    const path = Path.join(directory, "anything.json")
    const zeros = (mebibytes: number) => {
      Fs.writeFileSync(path, "")
      Fs.truncateSync(path, mebibytes * 1024 * 1024)
    }
    /** Puts something in its place, and waits until Sentinel has said what it thinks of it. */
    const becomes = async (change: () => void, problem: RegExp) => {
      Fs.rmSync(path, { recursive: true, force: true })
      change()
      await sentinel.output(problem)
      assert.isTrue(await sentinel.knows("1"))
    }
    await becomes(() => sentinel.write("[".repeat(200_000)), /column 33: nested deeper than 32 levels/)
    await becomes(() => zeros(40), /the text is larger than 32 MiB/)
    await becomes(() => zeros(10), /line 1, column 1: invalid symbol/)
    await becomes(() => sentinel.write(textOf("2").slice(0, -3)), /comma expected|bracket expected|brace expected/)
    await becomes(() => sentinel.write('{ "accounts": [], "accounts": [] }'), /accounts: is there twice/)
    await becomes(() => Fs.mkdirSync(path), /is not a file/)
    if (process.platform !== "win32")
      await becomes(() => Fs.symlinkSync("/dev/zero", path), /is not a file[^]*is not a file/)
    Fs.rmSync(path, { recursive: true })
    sentinel.write(textOf("2"))
    await sentinel.output(/configuration taken over/)
    assert.isTrue(await sentinel.knows("2"))
    const { code, stderr } = await sentinel.stop()
    assert.strictEqual(code, 0)
    for (const line of stderr.trim().split("\n")) JSON.parse(line)
  })

  it("in strict mode has to be strict, too", async () => {
    const sentinel = await running("strict.json", ["--strict"])
    const users = [{ id: "1", email: "a@b.c", password: "agent" }]
    sentinel.write(JSON.stringify({ accounts: [{ id: "2", users, installations: [] }] }))
    await sentinel.output(/the configuration stays as it was.*accounts\[0\]\.users\[0\]\.password/)
    assert.isFalse(await sentinel.knows("2"))
    const uris = ["https://app.example/cb", "http://127.0.0.1/cb", "http://[::1]:9/cb", "http://app.example.com/cb"]
    const installation = { client_id: "c", client_secret: "s", client_name: "n", grant_types: ["authorization_code"] }
    const installations = [{ ...installation, redirect_uris: uris }]
    sentinel.write(JSON.stringify({ accounts: [{ id: "2", users: [], installations }] }))
    await sentinel.output(/redirect_uris\[3\]: is plain http/)
    assert.isFalse(await sentinel.knows("2"))
    sentinel.write(textOf("2"))
    await sentinel.output(/configuration taken over/)
    assert.isTrue(await sentinel.knows("2"))
    const { stderr } = await sentinel.stop()
    assert.notMatch(stderr, /redirect_uris\[[0-2]\]/)
    // The file of a test is not secret, and all may read it.
    if (process.platform !== "win32") assert.match(stderr, /others on this computer can read the configuration/)
  })

  it("is read again on SIGHUP, which does not end Sentinel", async () => {
    const sentinel = await running("hangup.json")
    sentinel.child.kill("SIGHUP")
    await sentinel.output(/configuration taken over/)
    assert.isTrue(await sentinel.knows("1"))
    assert.strictEqual((await sentinel.stop()).code, 0)
  })

  it("says what counts from the next start on", async () => {
    const sentinel = await running("points.json")
    sentinel.write(textOf("1", { points: { expiresIn: "string" } }))
    await sentinel.output(/points and signing_keys count from the next start on/)
    await sentinel.stop()
  })
})
