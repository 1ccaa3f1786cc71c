/** `le-auth sentinel probe` as a process: what it asks, prints, writes and leaves behind. */
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { browser, editSession, keptIn, planted, run, start, temporaryDirectory, world } from "./Cli.ts"
import { keys, onTerminal } from "./Terminal.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())

const probe = ["sentinel", "probe"]

/** Counts what it is asked, and gives no answer. */
const silent = async () => {
  let asked = 0
  const server = Http.createServer(() => {
    asked += 1
    server.emit("asked")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    env: { ...at.env, LE_AUTH_DOMAIN_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    asked: () => asked,
    wasAsked: once(server, "asked"),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

describe("R-E11: le-auth sentinel probe", () => {
  it("writes what it saw, refreshes the session that there is, and keeps it", async () => {
    assert.strictEqual((await run(["login"], at.env)).code, 0)
    // Tokens that are new are not refreshed.
    await editSession(at.sessionFile, { renewedAt: 0 })
    const [before] = await keptIn(at.sessionFile)
    const file = Path.join(temporaryDirectory(), "dialect.json")
    const { code, stderr, stdout } = await run([...probe, "--yes", "--json", "--output", file], at.env)
    assert.strictEqual(code, 0, stderr)
    const [after] = await keptIn(at.sessionFile)
    assert.notStrictEqual(after!.accessToken, before!.accessToken)
    const { by, date: _, ...written } = JSON.parse(Fs.readFileSync(file, "utf8"))
    const { requests, ...printed } = JSON.parse(stdout)
    assert.deepStrictEqual(written, printed)
    assert.match(by, /^le-auth \S+ sentinel probe$/)
    assert.isAbove(requests, 20)
    assert.deepInclude(printed.points, { issuer: "sentinel", expiresIn: "number", idTokenLifetime: "10m" })
    assert.match(printed.notSeen.appTokenIssuer, /client_credentials/)
    for (const { accessToken, refreshToken } of [before!, after!]) {
      for (const secret of [accessToken, refreshToken, planted.secret]) assert.notInclude(stdout + stderr, secret)
    }
    for (const name of ["le87654321", planted.clientId, "1234567890"]) assert.notInclude(JSON.stringify(written), name)
    assert.strictEqual((await run(["token"], at.env)).stdout, `${after!.accessToken}\n`)
    // A later probe does not write over it, and asks nothing before it says so.
    const again = await run([...probe, "--yes", "--output", file], at.env)
    assert.deepStrictEqual([again.code, again.stdout], [1, ""])
    assert.match(again.stderr, /exists already/)
    const nowhere = await run([...probe, "--yes", "--output", Path.join(file, "below")], at.env)
    assert.deepStrictEqual([nowhere.code, nowhere.stdout], [8, ""])
  })

  it("keeps nothing of a sign-in of its own", async () => {
    const state = temporaryDirectory()
    const { code, stderr, stdout } = await run([...probe, "--yes", "--sign-in", "--allow-revoke", "--json"], {
      ...at.env,
      XDG_STATE_HOME: state
    })
    assert.strictEqual(code, 0, stderr)
    const { points } = JSON.parse(stdout)
    assert.includeMembers(Object.keys(points), ["issuer", "expiresIn", "refreshTokens", "accessTokenLifetime"])
    assert.isFalse(Fs.existsSync(Path.join(state, "le-auth", "sessions.json")))
    const denied = await run([...probe, "--yes", "--sign-in", "--json"], { ...at.env, BROWSER: browser("deny") })
    assert.strictEqual(denied.code, 4)
    assert.match(JSON.parse(denied.stdout).notSeen.issuer, /did not come to tokens/)
  })

  it("asks before it begins, and shows everything without sending it", async () => {
    const { asked, close, env } = await silent()
    const terminal = onTerminal(probe, env)
    await terminal.shows(/Begin\?/)
    terminal.type(keys.n)
    const { code, screen } = await terminal.result
    assert.strictEqual(code, 1)
    assert.match(screen, /At most 4 of them have a wrong secret/)
    const script = await run(probe, env)
    assert.deepStrictEqual([script.code, script.stdout], [2, ""])
    assert.match(script.stderr, /--dry-run.*--yes/)
    const dry = await run([...probe, "--dry-run", "--json"], env)
    assert.strictEqual(dry.code, 0)
    const { requests } = JSON.parse(dry.stdout)
    assert.isAtLeast(requests.length, 28)
    assert.notInclude(dry.stdout, planted.secret)
    assert.match((await run([...probe, "--dry-run"], env)).stdout, /client_secret: \(secret\)/)
    assert.strictEqual(asked(), 0)
    await close()
  })

  it("leaves nothing behind where it is interrupted, and says where nothing answers", async () => {
    const { close, env, wasAsked } = await silent()
    const file = Path.join(temporaryDirectory(), "dialect.json")
    const running = start([...probe, "--yes", "--output", file], env)
    await wasAsked
    running.child.kill("SIGINT")
    const { code, stdout } = await running.result
    assert.deepStrictEqual([code, stdout], [130, ""])
    assert.deepStrictEqual(Fs.readdirSync(Path.dirname(file)), [])
    await close()
    const { code: closed } = await run([...probe, "--yes"], env)
    assert.strictEqual(closed, 6)
  })
})
