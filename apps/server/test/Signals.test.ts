/** F10: what a signal does to the example application while a token is on its way. */
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"
import { constants } from "node:os"
import { assert, describe, it, type TestContext } from "vitest"
import { between } from "../../../tools/between.ts"
import { browser, launch, place } from "./Program.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Until when the token of the session is valid; a session whose new token was lost has the old one. */
const validUntil = (text: string) =>
  Date.parse(/Token valid until<\/dt><dd><time datetime="([^"]+)"/.exec(text)?.[1] ?? "")

/** A user of an application whose Sentinel takes its time to answer. */
const signedIn = async ({ onTestFinished }: TestContext) => {
  const [here, elsewhere] = [await place(onTestFinished), await place(onTestFinished)]
  // Another example application has the Sentinel, which knows the redirect URI of this one.
  const other = launch(elsewhere, { LE_AUTH_REDIRECT_URI: `http://localhost:${here.port}/callback` })
  await other.ready
  const proxy = await between(`http://localhost:${elsewhere.sentinelPort}`, 0)
  const start = () =>
    launch(here, {
      LE_AUTH_ACCOUNT_ID: "12345678",
      LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
      LE_AUTH_CLIENT_SECRET: "development-only-secret",
      LE_AUTH_REDIRECT_URI: `http://localhost:${here.port}/callback`,
      LE_AUTH_DOMAIN_API: proxy.origin
    })
  const program = start()
  onTestFinished(async () => {
    for (const { child, ended } of [program, other]) {
      child.kill("SIGKILL")
      await ended
    }
    await proxy.close()
  })
  await program.ready
  const user = browser(`http://localhost:${here.port}`)
  const { text } = await user.signIn()
  assert.include(text, "You are signed in", text)
  return {
    program,
    proxy,
    start,
    user,
    before: validUntil(text),
    file: Path.join(here.folder, ".le-auth", "server.sqlite")
  }
}

/**
 * Presses until Sentinel is asked, since newer tokens are not asked for in the first seconds; `pressed` waits for its
 * answer.
 */
const refresh = async ({ proxy, user }: Awaited<ReturnType<typeof signedIn>>) => {
  let isAsked = false
  const asked = proxy.asked().then(() => void (isAsked = true))
  for (;;) {
    const pressed = user.press("/session/refresh").catch(() => undefined)
    await Promise.race([asked, pressed])
    if (isAsked) return { pressed }
    await sleep(200)
  }
}

/** The application, started again, has what was saved. */
const assertSaved = async ({ before, start, user }: Awaited<ReturnType<typeof signedIn>>) => {
  const again = start()
  await again.ready
  const { text } = await user.home()
  again.child.kill("SIGTERM")
  await again.ended
  assert.isAbove(validUntil(text), before, "the new token was lost")
}

describe("F10: the example application, told to end while a token is on its way", () => {
  for (const signal of signals) {
    it.concurrent(`${signal} while Sentinel has not answered`, async (test) => {
      const all = await signedIn(test)
      all.proxy.setDelay(1000)
      const { pressed } = await refresh(all)
      all.program.child.kill(signal)
      assert.strictEqual(await all.program.ended, 0, all.program.output())
      await pressed
      await assertSaved(all)
    })

    it.concurrent(`${signal} while the answer is being saved`, async (test) => {
      const all = await signedIn(test)
      all.proxy.setDelay(100)
      const answered = all.proxy.answered()
      const { pressed } = await refresh(all)
      const other = new DatabaseSync(all.file)
      other.exec("BEGIN IMMEDIATE")
      await answered
      await sleep(100)
      all.program.child.kill(signal)
      await sleep(300)
      other.close()
      assert.strictEqual(await all.program.ended, 0, all.program.output())
      await pressed
      await assertSaved(all)
    })
  }

  it("a second signal ends it at once", async (test) => {
    const waiting = await Promise.all(
      signals.map(async (signal) => {
        const all = await signedIn(test)
        all.proxy.setDelay(60_000)
        return { all, signal, ...(await refresh(all)) }
      })
    )
    const times: Array<number> = []
    for (const { all, pressed, signal } of waiting) {
      all.program.child.kill("SIGTERM")
      await sleep(100)
      const from = performance.now()
      all.program.child.kill(signal)
      // A busy program may get both at the same moment, and takes them for one Ctrl-C.
      const again = setInterval(() => all.program.child.kill(signal), 500)
      assert.strictEqual(await all.program.ended, 128 + constants.signals[signal])
      clearInterval(again)
      times.push(performance.now() - from)
      await pressed
    }
    // The machine may be busy; what is slow by itself is slow each time.
    assert.isBelow(Math.min(...times), 200)
  })
})
