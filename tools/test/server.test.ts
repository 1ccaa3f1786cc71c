// What every server of the tests is started and ended with.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"

import { assert, describe, it } from "vitest"

import { end, inTime, onFreePort } from "../server.ts"

describe("a server of the tests", () => {
  it("gets another port when somebody was faster", async () => {
    const ports: number[] = []
    const taken = createServer()
    const result = await onFreePort(async (port) => {
      ports.push(port)
      if (ports.length > 1) return "started"
      taken.listen(port, "127.0.0.1")
      await once(taken, "listening")
      throw new Error("bind: Address already in use")
    })
    taken.close()
    assert.strictEqual(result, "started")
    assert.lengthOf(new Set(ports), 2)
  })

  it("that fails for another reason is not started again", async () => {
    let starts = 0
    const failed = onFreePort(async () => {
      starts += 1
      throw new Error("no rights")
    })
    assert.match(String(await failed.catch(String)), /no rights/)
    assert.strictEqual(starts, 1)
  })

  it("that is never ready fails with what it said", async () => {
    const never = inTime("A server", new Promise(() => undefined), () => "still recovering", 10)
    assert.match(String(await never.catch(String)), /A server was not ready within 0.01 seconds.\nstill recovering/)
  })

  it("ends, also when it does not want to, and when it has ended before", async () => {
    const child = spawn(process.execPath, [
      "-e",
      "process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log()"
    ])
    await once(child.stdout, "data")
    await end(child, 10)
    assert.strictEqual(child.signalCode, "SIGKILL")
    await end(child)
  })
})
