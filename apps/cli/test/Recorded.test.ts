/**
 * What the documentation shows is what happens. `npx vitest run apps/cli/test/Recorded.test.ts -u` writes it anew.
 */
import * as Fs from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Path from "node:path"
import { assert, expect, it } from "vitest"
import { startKeyring } from "../../../tools/keyring.ts"
import { browser, type Environment, here, planted, run, start, temporaryDirectory, world } from "./Cli.ts"
import { recorded } from "./Recorded.ts"
import { keys, onTerminal } from "./Terminal.ts"

const document = here("../../../docs/cli.md")

/** One command, and what the terminal shows of it. */
const shown = async (args: ReadonlyArray<string>, env: Environment, code = 0) => {
  const result = await onTerminal(args, env).result
  assert.strictEqual(result.code, code, result.screen)
  return `$ le-auth ${args.join(" ")}\n${result.screen}`
}

const home = () => Path.join(temporaryDirectory(), "home")

it("docs/cli.md shows what happens", async () => {
  const keyring = await startKeyring()
  const at = await world()
  const sessions = new Map<string, string>()

  const sentinel = start(["sentinel", "start", "--port", "0"])
  const [, port = ""] = await sentinel.output(/listens on \S+:(\d+)/)
  await sentinel.output(/Ctrl-C stops it/)
  const local = {
    ...keyring.env,
    SENTINEL_PORT: port,
    XDG_STATE_HOME: home(),
    BROWSER: browser("approve")
  }
  const path = "/api/account/{account}/configuration/le-users/users/{user}?v=6.0"
  const newcomer = [await shown(["login"], local), await shown(["api", "accountConfigReadOnly", path], local)]
  const users = "/api/account/{account}/configuration/le-users/users?v=6.0"
  const application = [
    await shown(["doctor", "--app"], local),
    await shown(["api", "--app", "accountConfigReadOnly", users], local),
    await shown(["status"], local)
  ]
  const receiver = createServer((_, response) => response.end("thanks"))
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
  const { port: receiverPort } = receiver.address() as AddressInfo
  const webhooks = `http://localhost:${receiverPort}/webhooks`
  const [, address = ""] = await sentinel.output(/and why, at (\S+)/)
  const told = { ...local, SENTINEL_CONTROL: address }
  sessions.set("webhook", await shown(["sentinel", "webhook", webhooks, "--fault", "twice"], told))
  receiver.close()
  const query = "response_type=code&client_id=11111111-1111-4111-8111-111111111111&state=x"
  const back = encodeURIComponent("http://localhost:3000/callback")
  const asked = `http://localhost/sentinel/api/account/12345678/authorize?v=1.0&${query}&redirect_uri=${back}`
  const answered = [
    await shown(["sentinel", "approve", asked, "--user", "admin@example.com"], told),
    await shown(["sentinel", "deny", asked], told)
  ]
  sessions.set("without a browser", answered.join("\n").replaceAll(asked, '"$URL"'))
  sentinel.child.kill("SIGINT")
  const { stdout } = await sentinel.result
  sessions.set("application", application.join("\n").replace(`Only ${users}`, `Only '${users}'`))
  sessions.set("sentinel start", `$ le-auth sentinel start\n${stdout.trim()}`)
  sessions.set(
    "newcomer",
    newcomer.join("\n").replace(`accountConfigReadOnly ${path}`, `accountConfigReadOnly '${path}'`)
  )

  const { LE_AUTH_DOMAIN_API = "" } = at.env
  const env: Environment = { ...keyring.env, LE_AUTH_DOMAIN_API, XDG_STATE_HOME: home(), BROWSER: browser("approve") }
  const first = onTerminal(["login", "--account", "le87654321"], env)
  for (const [question, answer] of [
    [/Client id of the installation/, planted.clientId],
    [/Client secret \(not shown\)/, planted.secret],
    [/Redirect URI, exactly as registered/, `\u0015${at.redirectUri}`]
  ] as const) {
    await first.shows(question)
    first.type(answer + keys.enter)
  }
  sessions.set("first sign-in", `$ le-auth login --account le87654321\n${(await first.result).screen}`)
  sessions.set(
    "accounts",
    [
      await shown(["status"], env),
      await shown(["accounts", "list"], env),
      await shown(["refresh"], env),
      await shown(["accounts", "remove", "le87654321"], env)
    ].join("\n")
  )
  sessions.set("error", await shown(["status", "--profile", "staging", "--json"], env, 7))

  const { BROWSER: _, ...remote } = { BROWSER: "", ...at.env, ...env, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }
  const pasted = onTerminal(["login"], remote)
  const [, url = ""] = await pasted.shows(/^ {2}(http\S+)$/m)
  await pasted.shows(/Paste that page's address/)
  const landed = await run([url], {}, browser("stop").split(" ").slice(1))
  pasted.type(landed.stdout.trim() + keys.enter)
  sessions.set("over SSH", `$ le-auth login\n${(await pasted.result).screen}`)
  const folder = temporaryDirectory()
  const file = Path.join(folder, "installation.json")
  const installation = [
    await shown(["installation", "init", file, "--redirect-uri", "https://app.example.com/callback"], {})
  ]
  const written = JSON.parse(Fs.readFileSync(file, "utf8"))
  const edited = { ...written, grant_types: ["authorization_code"], entry_url: "https://app.example.com/login" }
  Fs.writeFileSync(file, JSON.stringify(edited))
  installation.push("$ edit installation.json", await shown(["installation", "check", file], {}, 7))
  sessions.set("installation", installation.join("\n").replaceAll(`${folder}/`, ""))
  Fs.rmSync(folder, { recursive: true })

  sessions.set("sentinel probe", await shown(["sentinel", "probe", "--help"], {}))

  keyring.stop()
  await at.close()

  const [, control = ""] = /and why, at \S+:(\d+)/.exec(stdout) ?? []
  const ports = {
    [port]: 4400,
    [new URL(LE_AUTH_DOMAIN_API).port]: 4400,
    [at.callbackPort]: 4401,
    [control]: 4402,
    [receiverPort]: 3000
  }
  const text = recorded(document, sessions, ports)
  assert.notInclude(text, planted.secret)
  await expect(text).toMatchFileSnapshot(document)
})

// Here because the port of the built-in application is one, and files of tests run at the same time.
it("without settings it is the local Sentinel, and says so", async () => {
  const env = { XDG_STATE_HOME: temporaryDirectory(), BROWSER: browser("approve") }
  const sentinel = start(["sentinel", "start", "--port", "0"])
  const [, port = ""] = await sentinel.output(/listens on \S+:(\d+)/)
  const { code, stderr, stdout } = await run(["login"], { ...env, SENTINEL_PORT: port })
  sentinel.child.kill("SIGINT")
  await sentinel.result
  assert.strictEqual(code, 0, stderr)
  assert.include(stdout, "Signed in as 3552833710 to account 12345678, until ")
  assert.include(stderr, `account 12345678 of the local Sentinel at http://localhost:${port}`)
  Fs.rmSync(env.XDG_STATE_HOME, { recursive: true })
})
