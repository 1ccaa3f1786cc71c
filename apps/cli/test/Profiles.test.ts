/** What is kept in a file that this version does not understand is never lost. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type Environment, run, temporaryDirectory, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
let settings: string
beforeAll(async () => {
  at = await world()
  settings = Path.join(temporaryDirectory(), ".env")
  const lines = Object.entries(at.env).filter(([name]) => name.startsWith("LE_AUTH_"))
  Fs.writeFileSync(settings, lines.map(([name, value]) => `${name}="${value}"`).join("\n"))
})
afterAll(() => at.close())

/** Somebody with a profile, whose file is then replaced. */
const somebody = async (replace: (text: string) => string) => {
  const env: Environment = { XDG_STATE_HOME: temporaryDirectory(), BROWSER: at.env["BROWSER"]!, SENTINEL_PORT: "1" }
  const { code, stderr } = await run(["login", "--settings", settings, "--profile", "work"], env)
  assert.strictEqual(code, 0, stderr)
  const path = Path.join(env["XDG_STATE_HOME"]!, "le-auth", "profiles.json")
  const text = replace(Fs.readFileSync(path, "utf8"))
  Fs.writeFileSync(path, text)
  return { env, path, text, now: () => Fs.readFileSync(path, "utf8") }
}

/** Each command that writes profiles. */
const writing: ReadonlyArray<ReadonlyArray<string>> = [
  ["login", "--settings", "SETTINGS", "--profile", "other"],
  ["accounts", "use", "local"],
  ["accounts", "remove", "local"]
]
const argsOf = (args: ReadonlyArray<string>) => args.map((arg) => (arg === "SETTINGS" ? settings : arg))

describe("H8: the profile file", () => {
  it("of a newer version is not written over, and login says so before a browser opens", async () => {
    const newer = await somebody((text) => text.replace('"version":1', '"version":2,"secrets":{"of":"a newer one"}'))
    const marker = Path.join(temporaryDirectory(), "opened")
    for (const args of writing) {
      const { code, stderr, stdout } = await run(argsOf(args), { ...newer.env, BROWSER: `touch ${marker}` })
      assert.strictEqual(code, 8, stderr)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /written by a newer le-auth/)
      assert.strictEqual(newer.now(), newer.text, args.join(" "))
    }
    assert.isFalse(Fs.existsSync(marker))
    const { code, stderr } = await run(["accounts", "list"], newer.env)
    assert.strictEqual(code, 0)
    assert.include(stderr, "written by a newer le-auth")
  })

  it("that is damaged is put aside before the first write, and that is said", async () => {
    for (const broken of ["", "{", "[]", "\u0000", '{"version":0,"profiles":[]}', '{"version":1,"profiles":{}}']) {
      const damaged = await somebody(() => broken)
      const unreadable = `${damaged.path}.unreadable`
      // To read changes nothing.
      const read = await run(["accounts", "list"], damaged.env)
      assert.include(read.stderr, "is not readable, so there are no profiles")
      assert.strictEqual(damaged.now(), broken)
      const { code, stderr } = await run(["accounts", "use", "local"], damaged.env)
      assert.strictEqual(code, 0, stderr)
      assert.include(stderr, unreadable)
      assert.strictEqual(Fs.readFileSync(unreadable, "utf8"), broken)
      assert.strictEqual(JSON.parse(damaged.now()).current, "local")
    }
  })

  it("that is damaged again does not replace what was put aside before", async () => {
    const damaged = await somebody(() => "first")
    assert.strictEqual((await run(argsOf(writing[0]!), damaged.env)).code, 0)
    Fs.writeFileSync(damaged.path, "second")
    assert.strictEqual((await run(["accounts", "remove", "local"], damaged.env)).code, 0)
    assert.strictEqual(Fs.readFileSync(`${damaged.path}.unreadable`, "utf8"), "first")
    assert.strictEqual(Fs.readFileSync(`${damaged.path}.unreadable-2`, "utf8"), "second")
  })

  it("with entries that cannot be read keeps them as they are, beside those that can", async () => {
    const odd = [{ name: "no name!", note: "kept" }, 7, null, "text"]
    const half = await somebody((text) => {
      const content = JSON.parse(text)
      const [work] = content.profiles
      return JSON.stringify({
        ...content,
        comment: "ours",
        profiles: [odd[0], { ...work, colour: "red" }, ...odd.slice(1)]
      })
    })
    assert.strictEqual((await run(["status"], half.env)).code, 0)
    for (const args of writing) {
      const { code, stderr } = await run(argsOf(args), half.env)
      assert.strictEqual(code, 0, stderr)
      const { comment, profiles } = JSON.parse(half.now())
      assert.strictEqual(comment, "ours")
      for (const entry of odd) assert.deepInclude(profiles, entry)
      assert.isTrue(profiles.some((entry: Record<string, unknown> | null) => entry?.["colour"] === "red"))
    }
    assert.isFalse(Fs.existsSync(`${half.path}.unreadable`))
    assert.strictEqual((await run(["accounts", "remove", "work"], half.env)).code, 0)
    assert.strictEqual(JSON.parse(half.now()).profiles.length, odd.length + 1)
  })
})
