import * as Fs from "node:fs"
import { assert, describe, it } from "vitest"
import { fromSource, here, run, start } from "./Cli.ts"

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
