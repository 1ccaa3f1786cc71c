import { constants } from "node:os"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { between } from "../../../tools/between.ts"
import { editSession, keptIn, run, start, temporaryDirectory, world } from "./Cli.ts"
import { onTerminal } from "./Terminal.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
const waits = /Waiting for Sentinel/

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())

/** Somebody who is signed in, with a Sentinel whose answers to refreshes come late. */
const somebody = async (delay: number) => {
  const proxy = await between(at.env["LE_AUTH_DOMAIN_API"]!, delay)
  const env = { ...at.env, XDG_STATE_HOME: temporaryDirectory() }
  const { code, stderr } = await run(["login"], env)
  assert.strictEqual(code, 0, stderr)
  const file = Path.join(env.XDG_STATE_HOME, "le-auth", "sessions.json")
  const token = async () => (await keptIn(file))[0]!.refreshToken
  // In the first seconds after tokens came, newer ones are not needed.
  const makeOld = () => editSession(file, { renewedAt: 0 })
  await makeOld()
  return { proxy, file, token, makeOld, env: { ...env, LE_AUTH_DOMAIN_API: proxy.origin } }
}

/** Keeps others from writing a file, as another process that writes it does. */
const holding = (file: string) => {
  const lock = new DatabaseSync(`${file}.lock`)
  lock.exec("BEGIN EXCLUSIVE")
  return () => lock.close()
}

describe("F10: a command that is told to end while a token is on its way", () => {
  for (const signal of signals) {
    it(`${signal} while Sentinel has not answered: it says that it waits, and keeps what comes`, async () => {
      const { env, makeOld, proxy, token } = await somebody(1500)
      const before = await token()
      const refresh = start(["refresh"], env)
      await proxy.asked()
      refresh.child.kill(signal)
      const { code, stderr } = await refresh.result
      assert.strictEqual(code, 128 + constants.signals[signal], stderr)
      assert.match(stderr, waits)
      assert.notStrictEqual(await token(), before)
      // No lock is left behind, and the session goes on.
      await makeOld()
      assert.strictEqual((await run(["refresh"], env)).code, 0)
      assert.strictEqual(proxy.refreshes(), 2)
      await proxy.close()
    })

    it(`${signal} while the answer is being saved`, async () => {
      const { env, file, proxy, token } = await somebody(100)
      const before = await token()
      const refresh = start(["refresh"], env)
      await proxy.asked()
      const letGo = holding(file)
      await proxy.answered()
      await sleep(200)
      refresh.child.kill(signal)
      await refresh.output(waits)
      letGo()
      const { code, stderr } = await refresh.result
      assert.strictEqual(code, 128 + constants.signals[signal], stderr)
      assert.notStrictEqual(await token(), before)
      await proxy.close()
    })
  }

  it("SIGINT and SIGHUP while the code of a sign-in is exchanged: the user is signed in", async () => {
    for (const signal of ["SIGINT", "SIGHUP"] as const) {
      const proxy = await between(at.env["LE_AUTH_DOMAIN_API"]!, 1500)
      const env = { ...at.env, LE_AUTH_DOMAIN_API: proxy.origin, XDG_STATE_HOME: temporaryDirectory() }
      const login = start(["login"], env)
      await proxy.asked()
      login.child.kill(signal)
      const { code, stderr } = await login.result
      assert.strictEqual(code, 128 + constants.signals[signal], stderr)
      assert.strictEqual((await run(["token"], env)).code, 0, stderr)
      await proxy.close()
    }
  })

  it("a second signal ends it at once", async () => {
    const { env, proxy } = await somebody(60_000)
    const times: Array<number> = []
    for (const signal of signals) {
      const refresh = start(["refresh"], env)
      await proxy.asked()
      refresh.child.kill("SIGTERM")
      await refresh.output(waits)
      const from = performance.now()
      refresh.child.kill(signal)
      assert.strictEqual((await refresh.result).code, 128 + constants.signals[signal])
      times.push(performance.now() - from)
    }
    // The machine may be busy; what is slow by itself is slow each time.
    assert.isBelow(Math.min(...times), 200)
    await proxy.close()
  })

  it("its terminal goes away", async () => {
    const { env, proxy, token } = await somebody(1500)
    const before = await token()
    const refresh = onTerminal(["refresh"], env)
    await proxy.asked()
    const answered = proxy.answered()
    refresh.hangUp()
    await answered
    for (let tries = 0; (await token()) === before; tries++) {
      assert.isBelow(tries, 100, "the token was lost")
      await sleep(100)
    }
    await proxy.close()
  })

  it("says nothing where there is nothing to wait for", async () => {
    for (const signal of signals) {
      const login = start(["login", "--no-browser"], at.env)
      await login.output(/Ctrl-C stops/)
      login.child.kill(signal)
      const { code, stderr } = await login.result
      assert.strictEqual(code, 128 + constants.signals[signal])
      assert.notMatch(stderr, waits)
    }
  })
})
