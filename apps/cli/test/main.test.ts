import * as Fs from "node:fs"
import { assert, describe, it } from "vitest"
import { fromSource, here, run, start, temporaryDirectory } from "./Cli.ts"

const { version } = JSON.parse(Fs.readFileSync(here("../package.json"), "utf8"))

describe("le-auth", () => {
  it("shows its version and help on stdout", async () => {
    assert.deepStrictEqual(await run(["--version"]), { code: 0, stdout: `le-auth v${version}\n`, stderr: "" })
    for (const args of [[], ["--help"], ["login", "--help"], ["sentinel"], ["sentinel", "start", "--help"]]) {
      const { code, stderr, stdout } = await run(args)
      assert.strictEqual(code, 0, args.join(" "))
      assert.strictEqual(stderr, "")
      assert.include(stdout, "USAGE")
    }
  })

  it("wrong usage is exit code 2, one line on stderr, and nothing on stdout", async () => {
    for (const args of [["logn"], ["token", "--unknown"], ["login", "extra"], ["login", "--timeout", "soon"]]) {
      const { code, stderr, stdout } = await run(args)
      assert.strictEqual(code, 2, args.join(" "))
      assert.strictEqual(stdout, "")
      assert.match(stderr, /^le-auth: .+\nSee: le-auth.* --help\n$/s)
    }
  })
})

describe("--json", () => {
  it("says errors as the last line on stderr, with the name and number of the exit code", async () => {
    const env = { XDG_STATE_HOME: temporaryDirectory() }
    for (const [args, code, exitCode] of [
      [["--json", "logn"], "usage", 2],
      [["logout", "--json"], "usage", 2],
      [["status", "--json", "--account", "other"], "configuration", 7],
      [["login", "--json", "--no-browser"], "unavailable", 6]
    ] as const) {
      const result = await run(args, { ...env, SENTINEL_PORT: "1" })
      assert.strictEqual(result.code, exitCode, result.stderr)
      assert.strictEqual(result.stdout, "")
      const { error } = JSON.parse(result.stderr.trim().split("\n").at(-1)!)
      assert.deepStrictEqual({ ...error, message: typeof error.message }, { code, exitCode, message: "string" })
    }
  })

  it("after -- it is an argument like any other", async () => {
    const { code, stderr } = await run(["login", "--", "--json"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /^le-auth: /)
  })
})

describe("bin/le-auth.mjs", () => {
  it("runs the sources in the repository, and passes exit codes and signals on", async () => {
    assert.strictEqual((await run(["--version"], {}, fromSource)).stdout, `le-auth v${version}\n`)
    assert.strictEqual((await run(["--unknown"], {}, fromSource)).code, 2)
    const sentinel = start(["sentinel", "start", "--port", "0"], {}, fromSource)
    await sentinel.output(/Ctrl-C stops it/)
    sentinel.child.kill("SIGINT")
    assert.strictEqual((await sentinel.result).code, 0)
  })
})
