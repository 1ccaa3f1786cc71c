/** A result that was not written is a failure: a script would take nothing for an answer. */
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { base, bundle, type Environment, run, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
  const { code, stderr } = await run(["login"], at.env)
  assert.strictEqual(code, 0, stderr)
})
afterAll(() => at.close())

/** Each command that prints data, and what it needs. */
const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["token"],
  ["token", "--json"],
  ["status"],
  ["accounts", "list"],
  ["refresh", "--json"],
  ["domains"],
  ["domains", "sentinel"],
  ["authorize-url"],
  ["api", "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users/{user}?v=6.0"],
  ["api", "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users/{user}?v=6.0", "--json"],
  ["callback", "http://127.0.0.1/?code=abc&state=def"],
  ["id-token"],
  ["doctor"],
  ["login", "--json"],
  ["completion", "bash"],
  ["--help"],
  ["--version"],
  ["forget", "--json"]
]

const runInto = (stdout: "full" | "closed", args: ReadonlyArray<string>, env: Environment) =>
  new Promise<{ readonly code: number | null; readonly stderr: string }>((resolve) => {
    const file = stdout === "full" ? Fs.openSync("/dev/full", "w") : undefined
    const child = spawn(process.execPath, [...bundle, ...args], {
      env: { ...base, ...env },
      stdio: ["ignore", file ?? "pipe", "pipe"]
    })
    let stderr = ""
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    // Its output is not read.
    child.stdout?.destroy()
    child.once("close", (code) => {
      if (file !== undefined) Fs.closeSync(file)
      resolve({ code, stderr })
    })
  })

describe("stdout that cannot be written", () => {
  for (const stdout of ["full", "closed"] as const) {
    it.skipIf(stdout === "full" && !Fs.existsSync("/dev/full"))(
      `${stdout}: exit code 1 and a message, of each command that prints data`,
      async () => {
        const { env } = at
        for (const args of commands) {
          const { code, stderr } = await runInto(stdout, args, env)
          assert.strictEqual(code, 1, `${args.join(" ")}: ${stderr}`)
          assert.match(stderr, /stdout cannot be written/, args.join(" "))
          assert.notInclude(stderr, "    at ", args.join(" "))
          if (args.includes("--json") && args[0] !== "--help") {
            const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!)
            assert.deepInclude(error, { code: "failed", exitCode: 1 })
          }
          if (args[0] === "forget") assert.strictEqual((await run(["login"], at.env)).code, 0)
        }
      }
    )
  }

  it("what stands on stderr alone does not need it", async () => {
    assert.strictEqual((await runInto("closed", ["refresh"], at.env)).code, 0)
  })
})
