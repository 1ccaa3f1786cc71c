/** A control that other computers can reach, with its token. */
import { fetch } from "@effect/platform-node/Undici"
import { createHmac } from "node:crypto"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { networkInterfaces } from "node:os"
import { afterAll, assert, describe, it } from "vitest"
import { mayHaveSecrets } from "../../src/target/SentinelControl.ts"
import { run, start, temporaryDirectory } from "../Cli.ts"

const token = "8b1f0c6d2a7e4f9335d1c0b7a6e8f2d4917b3c5a0e6d8f2b4c1a7e9d3f5b6c80"

const running: Array<ReturnType<typeof start>> = []
afterAll(() => {
  for (const { child } of running) child.kill()
})

const started = async (args: ReadonlyArray<string>, env: Record<string, string> = {}) => {
  const sentinel = start(["sentinel", "start", "--port", "0", "--json", ...args], env)
  running.push(sentinel)
  const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0]) as {
    readonly control: string
    readonly controlToken?: string
  }
  return {
    ...said,
    output: sentinel.output,
    stop: async () => {
      sentinel.child.kill()
      return await sentinel.result
    }
  }
}

/** An address of this computer that is not loopback, as another computer would use it. */
const elsewhere = (control: string): string | undefined => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === "IPv4" && !found.internal)?.address
  const url = `http://${address}:${new URL(control).port}`
  return address !== undefined && mayHaveSecrets(url) ? url : undefined
}

describe("R90: le-auth sentinel start --control-host", () => {
  it("draws a token and shows it once, and commands take it from SENTINEL_CONTROL_TOKEN", async () => {
    const sentinel = await started(["--control-host", "0.0.0.0"])
    const drawn = sentinel.controlToken ?? ""
    assert.match(drawn, /^[\w-]{43}$/)
    const at = elsewhere(sentinel.control) ?? sentinel.control
    const right = { SENTINEL_CONTROL: at, SENTINEL_CONTROL_TOKEN: drawn }

    const told = await run(["sentinel", "clock", "advance", "8h", "--json"], right)
    assert.deepStrictEqual([told.code, told.stderr], [0, ""])
    assert.strictEqual(JSON.parse(told.stdout).ahead, "8h")
    assert.strictEqual((await run(["sentinel", "fault", "list"], right)).code, 0)
    const following = start(["sentinel", "journal", "--follow", "--json"], right)
    await following.output(/"kind":"change"/)

    const without = await run(["sentinel", "clock"], { SENTINEL_CONTROL: at })
    assert.strictEqual(without.code, 7)
    assert.include(without.stderr, `The control at ${at} asks for its token`)
    assert.include(without.stderr, "SENTINEL_CONTROL_TOKEN")
    const wrong = await run(["sentinel", "clock", "--json"], { ...right, SENTINEL_CONTROL_TOKEN: token })
    assert.strictEqual(wrong.code, 7)
    assert.include(wrong.stderr, `SENTINEL_CONTROL_TOKEN is not the token of the control at ${at}`)
    assert.notInclude(wrong.stderr, token)

    const { stderr, stdout } = await sentinel.stop()
    await following.result
    assert.notInclude(stderr, drawn)
    assert.strictEqual(stdout.split(drawn).length, 2)
  })

  it("says to people what it said in JSON", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--control-host", "0.0.0.0"])
    const [, shown] = await sentinel.output(/^Its token, shown this once: ([\w-]{43})$/m)
    await sentinel.output(/^Ctrl-C stops it/m)
    sentinel.child.kill()
    const { stderr, stdout } = await sentinel.result
    assert.match(stdout, /^See what it does, and why, at http:\/\/localhost:\d+$/m)
    assert.match(stdout, /^Other computers reach this control too, on port \d+$/m)
    assert.notInclude(stderr, shown!)
  })

  it("takes the token of the environment, on loopback too, and never shows it", async () => {
    for (const args of [[], ["--control-host", "::1"], ["--control-host", "0.0.0.0"]]) {
      const sentinel = await started(args, { SENTINEL_CONTROL_TOKEN: token })
      assert.notProperty(sentinel, "controlToken")
      const ask = (headers: Record<string, string>) => fetch(`${sentinel.control}/control/faults`, { headers })
      assert.strictEqual((await ask({})).status, 401, String(args))
      assert.strictEqual((await ask({ authorization: `Bearer ${token}` })).status, 200, String(args))
      const { stderr, stdout } = await sentinel.stop()
      assert.notInclude(stderr + stdout, token)
    }
  })

  it("asks for none on loopback, where none is set", async () => {
    for (const env of [{}, { SENTINEL_CONTROL_TOKEN: "" }]) {
      const sentinel = await started(["--control-host", "127.0.0.1"], env)
      assert.notProperty(sentinel, "controlToken")
      assert.strictEqual((await fetch(`${sentinel.control}/control/faults`)).status, 200)
      await sentinel.stop()
    }
  })

  it("refuses a token that can be guessed, without showing it", async () => {
    for (const [weak, why] of [
      ["tooshort1", "can be guessed"],
      [token.slice(1), "can be guessed"],
      ["with a space".repeat(8), "has characters"]
    ] as const) {
      const { code, stderr, stdout } = await run(["sentinel", "start", "--port", "0"], { SENTINEL_CONTROL_TOKEN: weak })
      assert.deepStrictEqual([code, stdout], [7, ""])
      assert.include(stderr, `SENTINEL_CONTROL_TOKEN ${why}`)
      assert.include(stderr, "openssl rand -hex 32")
      assert.notInclude(stderr, weak)
    }
  })

  it("is refused in strict mode, where the variable alone is a warning", async () => {
    const { code, stderr } = await run(["sentinel", "start", "--strict", "--control-host", "0.0.0.0"], {
      SENTINEL_CONTROL_TOKEN: token
    })
    assert.strictEqual(code, 7)
    assert.include(stderr, "--control-host: there is no control in strict mode")
    assert.notInclude(stderr, token)
  })
})

describe("secrets on their way to a control", () => {
  it("R90: the token goes to no public address in plain http", async () => {
    const env = { SENTINEL_CONTROL_TOKEN: token }
    for (const control of ["http://sentinel.example.com:4402", "http://172.32.0.1:4402", "http://[2001:db9::1]:4402"]) {
      const { code, stderr } = await run(["sentinel", "clock", "--control", control], env)
      assert.strictEqual(code, 7)
      assert.include(stderr, `SENTINEL_CONTROL_TOKEN is not sent to ${control}`)
      assert.notInclude(stderr, token)
    }
    const near = await run(["sentinel", "clock", "--control", "http://sentinel.invalid.test:4402"], env)
    assert.strictEqual(near.code, 6)
  })

  it("R90: webhooks are sent over a control of another computer of one's own", async () => {
    const bodies: Array<string> = []
    const receiver = Http.createServer((request, response) => {
      let body = ""
      request.on("data", (part) => (body += String(part)))
      request.on("end", () => {
        bodies.push(`sha1=${createHmac("sha1", "development-only-secret").update(body).digest("base64")}`)
        assert.strictEqual(request.headers["x-liveperson-signature"], bodies.at(-1))
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
    const sentinel = await started(["--control-host", "0.0.0.0"], { SENTINEL_CONTROL_TOKEN: token })
    const { code, stderr } = await run(
      ["sentinel", "webhook", `http://localhost:${(receiver.address() as AddressInfo).port}/`],
      {
        SENTINEL_CONTROL: elsewhere(sentinel.control) ?? sentinel.control,
        SENTINEL_CONTROL_TOKEN: token,
        XDG_STATE_HOME: temporaryDirectory()
      }
    )
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.lengthOf(bodies, 1)
    await sentinel.stop()
    receiver.close()
  })
})
