/** The Sentinel of `npm start` is that of `le-auth sentinel start`: it has a control and an inspector. */
import { fetch } from "@effect/platform-node/Undici"
import { createServer } from "node:net"
import { assert, describe, it, onTestFinished } from "vitest"
import { browser, launch, place } from "./Program.ts"

const started = async (env: Record<string, string> = {}) => {
  const here = await place()
  const program = launch(here, env)
  onTestFinished(async () => {
    program.child.kill("SIGTERM")
    await program.ended
  })
  await program.ready
  return { here, program, control: `http://localhost:${here.sentinelPort + 2}` }
}

type Journal = ReadonlyArray<{ readonly route?: string }>

/** The output of a start that another program is in the way of. */
const inTheWay = async (distance: number) => {
  const here = await place()
  const port = here.sentinelPort + distance
  const other = createServer().listen(port, "127.0.0.1")
  onTestFinished(() => void other.close())
  const program = launch(here)
  program.ready.catch(() => undefined)
  assert.strictEqual(await program.ended, 1, program.output())
  assert.include(program.output(), `The port ${port} is in use, and the local Sentinel needs it for`)
  assert.include(program.output(), "SENTINEL_PORT")
  assert.notInclude(program.output(), "    at ")
  return program.output()
}

describe("R-E12: the Sentinel of the example", () => {
  for (const store of ["sqlite", "memory:"]) {
    it(`prints its inspector, which shows a sign-in: ${store}`, async () => {
      const { control, here, program } = await started(store === "sqlite" ? {} : { LE_AUTH_STORE: store })
      assert.include(program.output(), `Inspector  ${control}`)
      const page = await fetch(control, { headers: { accept: "text/html" } })
      assert.strictEqual(page.status, 200)
      assert.include(page.headers.get("content-type"), "text/html")

      await browser(`http://localhost:${here.port}`).signIn()
      const journal = (await (await fetch(`${control}/control/journal`)).json()) as Journal
      assert.includeMembers(
        journal.map(({ route }) => route),
        ["authorize", "login", "token", "users"]
      )
    })
  }

  it("asks for SENTINEL_CONTROL_TOKEN where it is set, and says so where it can be guessed", async () => {
    const token = "5c2e9f0b7a14d38866e1f2c97db04a53f18e6b2d90c7a3f4451b8de6027c9fa1"
    const { control } = await started({ SENTINEL_CONTROL_TOKEN: token })
    assert.strictEqual((await fetch(`${control}/control/clock`)).status, 401)
    const headers = { authorization: `Bearer ${token}` }
    assert.strictEqual((await fetch(`${control}/control/clock`, { headers })).status, 200)

    const weak = launch(await place(), { SENTINEL_CONTROL_TOKEN: "planted" })
    weak.ready.catch(() => undefined)
    assert.strictEqual(await weak.ended, 1)
    assert.include(weak.output(), "The token of the control can be guessed")
    assert.notInclude(weak.output(), "planted")
  })

  it("says which of its two ports is taken", async () => {
    assert.include(await inTheWay(0), "needs it for itself")
    assert.include(await inTheWay(2), "needs it for its control and inspector")
  })

  it("stops at once although somebody follows the journal", async () => {
    const { control, here, program } = await started()
    const seen = { isThere: false }
    const following = fetch(`${control}/control/journal/follow`).then((answer) => {
      seen.isThere = true
      return answer.text()
    })
    following.catch(() => undefined)
    // It answers with the first entry.
    while (!seen.isThere) await fetch(`http://localhost:${here.sentinelPort}/sentinel/well-known/jwks`)
    const from = performance.now()
    program.child.kill("SIGTERM")
    assert.strictEqual(await program.ended, 0)
    assert.isBelow(performance.now() - from, 7000)
    await following.catch(() => undefined)
  })
})
