import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { browser, freePort, here, isOpen, run, start, temporaryDirectory, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
let named: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
  named = await world("localhost")
})
afterAll(async () => {
  await at.close()
  await named.close()
})

/** A real Chromium as the system browser, and what it saw. */
const chromium = (how: "approve" | "attack" | "close") => {
  const folder = temporaryDirectory()
  const file = Path.join(folder, "seen.json")
  return {
    env: { BROWSER: `${process.execPath} ${here("chromium.mjs")} ${how} ${file}`, HOME: folder },
    seen: () =>
      new Promise<Record<string, unknown>>((resolve) => {
        const watcher = Fs.watch(folder, check)
        function check() {
          if (!Fs.existsSync(file)) return
          watcher.close()
          resolve(JSON.parse(Fs.readFileSync(file, "utf8")))
        }
        check()
      })
  }
}

describe("le-auth login with Chromium", { timeout: 120_000 }, () => {
  it("A10, I7: signs in, and the browser shows how it went", async () => {
    const { env, seen } = chromium("approve")
    const { code, stderr, stdout } = await run(["login"], { ...at.env, ...env })
    assert.strictEqual(code, 0, stderr)
    assert.include(stdout, "Signed in as 1234567890")
    assert.include(String((await seen())["text"]), "You are signed in")
    assert.isFalse(await isOpen(at.callbackPort))
  })

  it("I6: neither a rebound name nor a foreign page gets anywhere, and the user still signs in", async () => {
    const { env, seen } = chromium("attack")
    const { code, stderr } = await run(["login"], { ...at.env, ...env })
    assert.strictEqual(code, 0, stderr)
    const { foreign, rebinding } = await seen()
    assert.strictEqual(rebinding, 400)
    assert.strictEqual(foreign, "not readable")
  })

  it("I3, I8: a browser that is closed leaves the deadline, and the port closes", async () => {
    const { env, seen } = chromium("close")
    const login = start(["login", "--timeout", "8 seconds"], { ...at.env, ...env })
    assert.notStrictEqual((await seen())["title"], "")
    assert.strictEqual((await login.result).code, 5)
    assert.isFalse(await isOpen(at.callbackPort))
  })

  it("I2: localhost, where that is registered, is both families", async () => {
    const { env } = chromium("approve")
    const { code, stderr } = await run(["login"], { ...named.env, ...env })
    assert.strictEqual(code, 0, stderr)
  })
})

describe("the port of le-auth login", () => {
  const held = async (port: number, host: string) => {
    const server = Net.createServer()
    await new Promise<void>((resolve) => server.listen(port, host, resolve))
    return () => new Promise((resolve) => server.close(resolve))
  }

  it("I1, I2: localhost is open on 127.0.0.1 and ::1", async () => {
    const login = start(["login", "--no-browser"], named.env)
    await login.output(/Waiting for the sign-in/)
    assert.isTrue(await isOpen(named.callbackPort, "127.0.0.1"))
    assert.isTrue(await isOpen(named.callbackPort, "::1"))
    login.child.kill("SIGINT")
    await login.result
    for (const host of ["127.0.0.1", "::1"]) assert.isFalse(await isOpen(named.callbackPort, host))
  })

  it("I4: half of a taken localhost is taken", async () => {
    const release = await held(named.callbackPort, "::1")
    const { code, stderr } = await run(["login", "--no-browser"], named.env)
    await release()
    assert.strictEqual(code, 9)
    assert.include(stderr, `Port ${named.callbackPort} on ::1 is taken`)
  })

  it("I4: --port receives on another port where the redirect URI has an address, and 0 is any free one", async () => {
    for (const port of [String(await freePort()), "0"]) {
      const release = await held(at.callbackPort, "127.0.0.1")
      const { code, stderr } = await run(["login", "--port", port], at.env)
      await release()
      assert.strictEqual(code, 0, stderr)
      const [, used = ""] = /redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A(\d+)%2F/.exec(stderr) ?? []
      assert.notStrictEqual(used, String(at.callbackPort))
      if (port !== "0") assert.strictEqual(used, port)
    }
  })

  it("I4: --port is refused where the registration is of one port, before anything is opened", async () => {
    const { code, stderr } = await run(["login", "--port", "0"], named.env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "is registered with its port")
    const same = await run(["login", "--port", String(named.callbackPort)], {
      ...named.env,
      BROWSER: browser("approve")
    })
    assert.strictEqual(same.code, 0, same.stderr)
  })
})
