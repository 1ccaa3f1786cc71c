/** R99: the example's own port, and that of the Sentinel in it, treat hostile clients as the command's do. */
import { assert, describe, it, onTestFinished } from "vitest"
import { clients, exchange, hostile, resets } from "../../../tools/hostile-clients.ts"
import { launch, place } from "./Program.ts"

const statusOf = (answer: string): string => /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? answer

const slow = async (port: number) => {
  const began = performance.now()
  const answer = await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n")
  assert.strictEqual(statusOf(answer), "408", answer)
  assert.isAtLeast(performance.now() - began, 10_000)
  return answer
}

describe("R99, R93: the ports of the example", { timeout: 60_000 }, () => {
  it("have the limits, refusals and draining of le-auth sentinel start", async () => {
    const there = await place()
    const program = launch(there)
    onTestFinished(() => void program.child.kill("SIGKILL"))
    await program.ready
    for (const { has, status, text, what } of hostile(there.sentinelPort)) {
      const answer = await exchange(there.sentinelPort, text)
      assert.strictEqual(statusOf(answer), String(status), what)
      if (has !== undefined) assert.match(answer, has, what)
    }
    // The application's own words are its own; the limits are the same.
    for (const { status, text, what } of hostile(there.port).slice(0, 4)) {
      assert.strictEqual(statusOf(await exchange(there.port, text)), String(status), what)
    }
    const [ofSentinel] = await Promise.all([slow(there.sentinelPort), slow(there.port)])
    assert.include(ofSentinel, "did not arrive in time")

    const asking = [
      clients(there.port, { path: "/health/live" }),
      clients(there.sentinelPort, { path: "/health/live" })
    ]
    await Promise.all(asking.map(({ answered }) => answered(50)))
    program.child.kill("SIGTERM")
    for (const { ended } of asking) assert.deepStrictEqual(resets(await ended), [])
    assert.strictEqual(await program.ended, 0)
  })
})
