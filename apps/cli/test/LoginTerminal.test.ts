import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { browser, type Environment, planted, run, temporaryDirectory, world } from "./Cli.ts"
import { keys, onTerminal } from "./Terminal.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())

const browserThatStops = browser("stop").split(" ").slice(1)
const browserThatApproves = browser("approve").split(" ").slice(1)

const account = "le87654321"
const kept = (env: Environment, file: string) => Path.join(env["XDG_STATE_HOME"]!, "le-auth", file)

/** Answers what a first sign-in asks. */
const answer = async (terminal: ReturnType<typeof onTerminal>) => {
  await terminal.shows(/Client id of the installation/)
  terminal.type(planted.clientId + keys.enter)
  await terminal.shows(/Client secret \(not shown\)/)
  terminal.type(planted.secret + keys.enter)
  await terminal.shows(/Redirect URI, exactly as registered/)
  terminal.type("\u0015" + at.redirectUri + keys.enter)
}

const signInAsNewcomer = async (args: ReadonlyArray<string> = []) => {
  const env = at.newcomer()
  const terminal = onTerminal(["login", "--account", account, ...args], env)
  await answer(terminal)
  return { env, ...(await terminal.result) }
}

describe("le-auth login on a terminal", () => {
  it("I11, I12: asks for what a new account needs, the secret unseen, and keeps it sealed", async () => {
    const { code, env, raw, screen } = await signInAsNewcomer()
    assert.strictEqual(code, 0, screen)
    assert.include(screen, `Signed in as 1234567890 to account ${account}`)
    assert.notInclude(raw, planted.secret)
    const file = Fs.readFileSync(kept(env, "profiles.json"), "utf8")
    assert.include(file, planted.clientId)
    assert.notInclude(file, planted.secret)
    assert.strictEqual(Fs.statSync(kept(env, "profiles.json")).mode & 0o777, 0o600)

    // From now on nothing has to be set, not even where it is.
    const { XDG_STATE_HOME = "" } = env
    const again = await run(["refresh", "--json"], { XDG_STATE_HOME })
    assert.strictEqual(again.code, 0, again.stderr)
    assert.strictEqual(JSON.parse(again.stdout).account, account)
  })

  it("without an account it asks for that, too", async () => {
    const env = at.newcomer()
    const terminal = onTerminal(["login"], env)
    await terminal.shows(/first sign-in there[^]*Account id/)
    terminal.type(account + keys.enter)
    await answer(terminal)
    const { code, screen } = await terminal.result
    assert.strictEqual(code, 0, screen)
    assert.include((await run(["accounts", "list"], { XDG_STATE_HOME: env["XDG_STATE_HOME"]! })).stdout, `* ${account}`)
  })

  it("with nothing configured and no local Sentinel it says so, and asks", async () => {
    const { LE_AUTH_DOMAIN_API: _, ...env } = at.newcomer()
    const terminal = onTerminal(["login"], env)
    await terminal.shows(/no local Sentinel runs at http:\/\/localhost:1[^]*Account id/)
    terminal.type(keys.ctrlC)
    await terminal.result
  })

  it("reads what a local Sentinel with accounts of its own offers, and asks for the secret only", async () => {
    const env = at.local()
    const terminal = onTerminal(["login"], env)
    await terminal.shows(/has accounts of its own\.[^]*This is account le87654321, application \S+ \(Test\)/)
    await terminal.shows(/Client secret \(not shown\)/)
    terminal.type(planted.secret + keys.enter)
    const { code, raw, screen } = await terminal.result
    assert.strictEqual(code, 0, screen)
    assert.notInclude(raw, planted.secret)
    // Where it is, is kept with it.
    assert.strictEqual((await run(["refresh"], { XDG_STATE_HOME: env["XDG_STATE_HOME"]! })).code, 0)

    const unattended = await run(["login"], at.local())
    assert.strictEqual(unattended.code, 7)
    assert.include(unattended.stderr, `account le87654321, application ${planted.clientId} (Test), ${at.redirectUri}`)
  })

  it("says at once what is wrong with an answer", async () => {
    const terminal = onTerminal(["login"], at.newcomer())
    await terminal.shows(/Account id/)
    terminal.type("no id!" + keys.enter)
    await terminal.shows(/This is not an account id/)
    terminal.type(keys.ctrlC)
    assert.strictEqual((await terminal.result).code, 130)
  })

  it("I8: Ctrl-C at a question ends it at once, and nothing is kept", async () => {
    const env = at.newcomer()
    const terminal = onTerminal(["login", "--account", account], env)
    await terminal.shows(/Client id of the installation/)
    const from = performance.now()
    terminal.type(keys.ctrlC)
    assert.strictEqual((await terminal.result).code, 130)
    assert.isBelow(performance.now() - from, 30_000)
    assert.isFalse(Fs.existsSync(kept(env, "profiles.json")))
  })

  it("a wrong secret is not kept", async () => {
    const env = at.newcomer()
    const terminal = onTerminal(["login", "--account", account], env)
    await terminal.shows(/Client id of the installation/)
    terminal.type(planted.clientId + keys.enter)
    await terminal.shows(/Client secret \(not shown\)/)
    terminal.type("another-secret" + keys.enter)
    await terminal.shows(/Redirect URI/)
    terminal.type("\u0015" + at.redirectUri + keys.enter)
    const { code, screen } = await terminal.result
    assert.strictEqual(code, 7, screen)
    assert.include(screen, "client_secret")
    assert.isFalse(Fs.existsSync(kept(env, "profiles.json")))
  })

  it("I10: a pasted address goes through the checks of a received one", async () => {
    const terminal = onTerminal(["login", "--no-browser"], at.env)
    const [, url = ""] = await terminal.shows(/^ {2}(http\S+)$/m)
    await terminal.shows(/Paste that page's address/)
    const state = new URL(url).searchParams.get("state")
    for (const [wrong, message] of [
      ["hello", /This is not an address that begins with/],
      [`https://elsewhere.example/callback?code=x&state=${state}`, /This is not an address that begins with/],
      [`${at.redirectUri}?code=stolen&state=wrong`, /This address belongs to another sign-in/],
      [`${at.redirectUri}?code=a&code=b&state=${state}`, /the parameter code more than once/],
      [`${at.redirectUri}?state=${state}`, /is not an authorization response/]
    ] as const) {
      terminal.type(wrong + keys.enter)
      await terminal.shows(message)
    }
    const landed = await run([url], {}, browserThatStops)
    terminal.type(landed.stdout.trim() + keys.enter)
    const { code, screen } = await terminal.result
    assert.strictEqual(code, 0, screen)
    assert.include(screen, "Signed in as 1234567890")
  })

  it("I10: a pasted refusal ends it, as a received one does", async () => {
    const terminal = onTerminal(["login", "--no-browser"], at.env)
    const [, url = ""] = await terminal.shows(/^ {2}(http\S+)$/m)
    await terminal.shows(/Paste that page's address/)
    const state = new URL(url).searchParams.get("state")
    terminal.type(`${at.redirectUri}?error=access_denied&state=${state}${keys.enter}`)
    assert.strictEqual((await terminal.result).code, 4)
  })

  it("I8: Ctrl-C ends it while an address can be pasted", async () => {
    const terminal = onTerminal(["login", "--no-browser"], at.env)
    await terminal.shows(/Paste that page's address/)
    terminal.type(keys.ctrlC)
    assert.strictEqual((await terminal.result).code, 130)
  })

  it("the callback still comes by itself, also after the end of the input", async () => {
    const terminal = onTerminal(["login", "--no-browser"], at.env)
    const [, url = ""] = await terminal.shows(/^ {2}(http\S+)$/m)
    await terminal.shows(/Paste that page's address/)
    terminal.type(keys.ctrlD)
    await run([url], {}, browserThatApproves)
    assert.strictEqual((await terminal.result).code, 0)
  })

  it("over SSH it says so, opens nothing, and takes a pasted address", async () => {
    const { BROWSER: _, ...env } = at.env
    const terminal = onTerminal(["login"], { ...env, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" })
    const [, url = ""] = await terminal.shows(/^ {2}(http\S+)$/m)
    await terminal.shows(/This is a session over SSH, so no browser is opened here[^]*Paste that page's address/)
    const landed = await run([url], {}, browserThatStops)
    terminal.type(landed.stdout.trim() + keys.enter)
    assert.strictEqual((await terminal.result).code, 0)
  })

  describe("asks for the address by itself after a while, whatever the opener says", () => {
    const openers = {
      "stays, and nothing happens": "exec sleep 8",
      "fails late": "sleep 2\nexit 3",
      "says that all is well": "exit 0"
    }
    for (const [what, script] of Object.entries(openers)) {
      it(`one that ${what}`, async () => {
        const opener = Path.join(temporaryDirectory(), "opener")
        Fs.writeFileSync(opener, `#!/bin/sh\n${script}\n`, { mode: 0o700 })
        const terminal = onTerminal(["login"], { ...at.env, BROWSER: opener })
        const [, url = ""] = await terminal.shows(/^ {2}(http\S+)$/m)
        if (what === "fails late") await terminal.shows(/The program that opens the browser has failed/)
        await terminal.shows(/Opening your browser[^]*Paste that page's address/)
        const landed = await run([url], {}, browserThatStops)
        terminal.type(landed.stdout.trim() + keys.enter)
        const { code, screen } = await terminal.result
        assert.strictEqual(code, 0, screen)
        assert.strictEqual(/has failed/.test(screen), what === "fails late")
      })
    }
  })

  it("without a display it says so", async () => {
    const { BROWSER: _, ...env } = at.env
    const terminal = onTerminal(["login"], env)
    await terminal.shows(/There is no display for a browser here[^]*Paste that page's address/)
    terminal.type(keys.ctrlC)
    await terminal.result
  })

  it("--qr draws the address", async () => {
    const terminal = onTerminal(["login", "--no-browser", "--qr"], at.env)
    await terminal.shows(/██ ▄▄▄▄▄ █/)
    terminal.type(keys.ctrlC)
    await terminal.result
  })
})
