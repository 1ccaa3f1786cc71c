/** What is left of a Sentinel when a test has failed, and did not stop it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** Runs a module with the sources of this package, and gives its output and how it ended. */
const run = async (program: string) => {
  const child = spawn(process.execPath, ["--conditions=@le-auth/source", "--input-type=module", "-e", program], {
    cwd: `${root}/packages/emulator`,
    stdio: ["ignore", "pipe", "inherit"]
  })
  const texts: Array<string> = []
  child.stdout.setEncoding("utf8").on("data", (text: string) => void texts.push(text))
  const [code] = await once(child, "close")
  return { code, text: texts.join("") }
}

describe("a process", () => {
  it("ends by itself, with Sentinels, connections and loops that nothing has stopped", async () => {
    const { code, text } = await run(`
      import { connectSentinel, startSentinel } from "@le-auth/emulator"
      const [one, other] = await Promise.all([startSentinel(), startSentinel({ tls: true })])
      const connected = await connectSentinel(one.control.url)
      await (await fetch(one.url)).text()
      const kept = fetch(one.url + "/health/ready")
      const loop = one.journal.follow()[Symbol.asyncIterator]()
      loop.next()
      await one.token()
      await kept
      console.log("failed")
    `)
    assert.deepStrictEqual({ code, text }, { code: 0, text: "failed\n" })
  })

  it("ends with the error of a test that has failed", async () => {
    const { code } = await run(`
      import test from "node:test"
      import { startSentinel } from "@le-auth/emulator"
      test("fails", async () => {
        const sentinel = await startSentinel()
        await sentinel.token()
        throw new Error("as a test does")
      })
    `)
    assert.strictEqual(code, 1)
  })

  it("writes nothing by itself, whatever it is asked", async () => {
    const { code, text } = await run(`
      import { startSentinel } from "@le-auth/emulator"
      const sentinel = await startSentinel()
      await sentinel.token()
      await (await fetch(sentinel.url + "/nothing")).text()
      await sentinel.approve("https://example.com").catch(() => {})
      await sentinel.stop()
    `)
    assert.deepStrictEqual({ code, text }, { code: 0, text: "" })
  })
})
