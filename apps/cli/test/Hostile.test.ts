/** J4: whatever others write, a terminal obeys none of it, in any field that any command prints. */
import * as Fs from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Path from "node:path"
import { text as consume } from "node:stream/consumers"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { editSession, type Environment, freePort, run, start, temporaryDirectory } from "./Cli.ts"
import { keys, onTerminal } from "./Terminal.ts"

/** Sets a title, clears the screen, turns the direction, hides itself, and forges a line. */
const hostile = "\u001b]0;pwned\u0007\u009b2J\u202e\u200b\u00ad\u061c\u2028\ufeff\u{e0041}\r\nle-auth: forged"
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u

const assertFit = (output: string, what: string) => {
  for (const line of output.split("\n")) {
    assert.notMatch(line, unfit, what)
    assert.isFalse(line.startsWith("le-auth: forged"), what)
  }
}

const account = "le87654321"
const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
const jwt = (claims: Record<string, unknown>) =>
  [segment({ alg: "RS256", kid: hostile }), segment(claims), segment("signature")].join(".")
const claims = (aud: string) => {
  const now = Math.floor(performance.timeOrigin / 1000)
  return { sub: hostile, aud, iss: "sentinel", iat: now, exp: now + 600, azp: aud }
}

/** LivePerson, in the hands of somebody else. */
const evil = async () => {
  const server = Http.createServer(async (request, response) => {
    const { headers, url = "" } = request
    const body = new URLSearchParams(await consume(request))
    const { pathname, searchParams } = new URL(url, `http://${headers.host}`)
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
    if (pathname.endsWith("/baseURI.json")) {
      const one = (service: string, baseURI = headers.host) => ({ service, account, baseURI })
      const [, name] = /\/service\/([^/]+)\/baseURI/.exec(pathname) ?? []
      if (name === "elsewhere") return json(one(name, hostile))
      if (name !== undefined) return json(one(name))
      return json({ baseURIs: [one("sentinel"), one(hostile), one("elsewhere", hostile)] })
    }
    if (pathname.endsWith("/authorize")) {
      const back = new URL(searchParams.get("redirect_uri")!)
      back.search = new URLSearchParams({ code: "abc", state: searchParams.get("state")! }).toString()
      return response.writeHead(302, { location: back.href }).end()
    }
    if (body.get("refresh_token") === "refused") return json({ error: hostile, error_description: hostile }, 400)
    if (pathname.endsWith("/token")) {
      const token = { access_token: "a", refresh_token: "r", token_type: "Bearer", expires_in: 3600 }
      return json({ ...token, id_token: jwt(claims(body.get("client_id")!)) })
    }
    if (pathname.endsWith("/revoke")) return json({})
    if (pathname === "/text") return response.writeHead(400, { "x-odd": "\u009b2J\u00ad" }).end(hostile)
    if (pathname === "/odd") return json({ [hostile]: [hostile] })
    return json({ keys: [] })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

let there: Awaited<ReturnType<typeof evil>>
let env: Environment
const folder = temporaryDirectory()
/** A name of a folder is such a value, too. */
const state = Path.join(folder, "\u001b[2J\u202e\nstate")
const file = Path.join(state, "le-auth", "sessions.json")
beforeAll(async () => {
  there = await evil()
  const follow = Path.join(folder, "follow.mjs")
  Fs.writeFileSync(follow, "await fetch(process.argv[2])")
  env = {
    LE_AUTH_ACCOUNT_ID: account,
    LE_AUTH_CLIENT_ID: "client",
    LE_AUTH_CLIENT_SECRET: "secret",
    LE_AUTH_REDIRECT_URI: `http://127.0.0.1:${await freePort()}/callback`,
    LE_AUTH_DOMAIN_API: there.origin,
    XDG_STATE_HOME: state,
    BROWSER: `${process.execPath} ${follow}`
  }
})
afterAll(() => there.close())

const says = async (args: ReadonlyArray<string>, code: number, more: Environment = {}) => {
  const result = await run(args, { ...env, ...more })
  assert.strictEqual(result.code, code, `${args.join(" ")}: ${result.stderr}`)
  assertFit(result.stdout, args.join(" "))
  assertFit(result.stderr, args.join(" "))
  return result
}

/** For people, and for programs. */
const both = async (args: ReadonlyArray<string>, code = 0, more: Environment = {}) => {
  await says(args, code, more)
  return says([...args, "--json"], code, more)
}

const callback = (parameters: Record<string, string>) =>
  `http://127.0.0.1/callback?${new URLSearchParams(parameters).toString()}`

describe("J4: with a hostile value in each field", () => {
  it("a whole life of a session", async () => {
    const { stdout } = await both(["login"])
    // Nothing is lost in JSON.
    assert.strictEqual(JSON.parse(stdout).user, hostile)
    for (const args of [
      ["token"],
      ["status"],
      ["accounts", "list"],
      ["refresh"],
      ["authorize-url"],
      ["doctor"],
      ["domains"],
      ["domains", "sentinel"]
    ]) {
      await both(args)
    }
    assert.strictEqual(JSON.parse((await says(["status", "--json"], 0)).stdout).sessions[0].user, hostile)
    await says(["id-token", "--no-verify"], 0)
    await both(["domains", "elsewhere"], 1)
    await both(["domains", hostile], 1)
    // Without --json, and not on a terminal, the bytes are as they came.
    await says(["api", "sentinel", "/odd", "--json"], 0)
    await both(["forget"])
    await says(["login"], 0)
    await says(["logout", "--everywhere", "--yes"], 0)
    await says(["login"], 0)
    await says(["logout", "--everywhere", "--yes", "--json"], 0)
  })

  it("at a terminal, in the question of logout, and in an answer of an API", async () => {
    await says(["login"], 0)
    for (const args of [["status"], ["accounts", "list"], ["api", "sentinel", "/odd", "-i"], ["doctor"]]) {
      const { raw } = await onTerminal(args, env).result
      assertFit(raw.replaceAll("\r\n", "\n"), args.join(" "))
    }
    const { code, raw } = await onTerminal(["api", "sentinel", "/text", "-i"], env).result
    assert.strictEqual(code, 1)
    assertFit(raw.replaceAll("\r\n", "\n").replaceAll("\nle-auth: forged", ""), "api")
    const logout = onTerminal(["logout", "--everywhere"], env)
    await logout.shows(/also in the browser/)
    logout.type(keys.n)
    const asked = (await logout.result).raw
    // The question moves the cursor and has colours by itself.
    for (const part of ["\u001b]0;", "\u009b", "\u202e", "\u200b", "\u2028", "\nle-auth: forged"]) {
      assert.notInclude(asked, part)
    }
  })

  it("refusals", async () => {
    await says(["login"], 0)
    await editSession(file, { refreshToken: "refused", renewedAt: 0 })
    await both(["refresh"], 7)
    await both(["callback", callback({ error: hostile, error_description: hostile, state: hostile, iss: hostile })], 1)
    await both(["callback", callback({ code: "abc", state: hostile })], 1)
    await both(["callback", callback({ code: "abc", state: "abc", [hostile]: hostile })])
    await both(["callback", callback({ code: "abc", state: "abc" }), "--state", hostile], 1)
    const token = jwt({ ...claims("client"), iss: hostile })
    await both(["id-token", token], 1)
    await both(["id-token", "--no-verify", token])
    await both(["status", "--profile", "nobody"], 7)
    await both([hostile], 2)
    await both(["login", `--timeout=${hostile}`], 2)
    await both(["login", "--settings", hostile], 2)
    await both(["api", "sentinel", "/odd", "-H", `${hostile}:x`], 2)
    await both(["api", "sentinel", "/odd", "--input", hostile], 1)
    const installation = Path.join(folder, "installation.json")
    Fs.writeFileSync(
      installation,
      JSON.stringify({ redirect_uris: [hostile, hostile.repeat(9)], grant_types: [hostile] })
    )
    await both(["doctor", "--installation", installation], 7)
    await both(["installation", "check", installation], 7)
    Fs.writeFileSync(installation, JSON.stringify({ [hostile]: hostile, [`client_name#${hostile}`]: hostile }))
    await both(["installation", "check", installation], 7)
    await both(["installation", "check", hostile], 7)
    await both(["installation", "init", hostile, "--redirect-uri", hostile], 2)
    await both(["accounts", "use", hostile], 7)
    await both(["accounts", "remove", hostile], 7)
  })

  it("what is kept, and cannot be read", async () => {
    const profiles = Path.join(state, "le-auth", "profiles.json")
    const { LE_AUTH_DOMAIN_API: _, ...others } = env
    Fs.writeFileSync(profiles, JSON.stringify({ version: 1, current: hostile, profiles: [hostile, { name: hostile }] }))
    await both(["accounts", "list"], 0, others)
    Fs.writeFileSync(profiles, hostile)
    await both(["accounts", "list"], 0, others)
    Fs.rmSync(profiles)
  })

  it("a Sentinel of one's own: its configuration, offers, journal and faults", async () => {
    const config = Path.join(folder, "sentinel.json")
    Fs.writeFileSync(
      config,
      JSON.stringify({
        accounts: [
          {
            id: account,
            name: hostile,
            users: [{ id: "1", email: "agent@example.com", password: "agent", name: hostile }],
            installations: [
              {
                client_id: "client",
                client_secret: "secret",
                client_name: hostile,
                grant_types: ["authorization_code"],
                redirect_uris: ["http://127.0.0.1:4401/callback"]
              }
            ]
          }
        ]
      })
    )
    const sentinel = start(["sentinel", "start", "--port", "0", "--config", config])
    const [, origin = ""] = await sentinel.output(/listens on (\S+)/)
    const [, control = ""] = await sentinel.output(/and why, at (\S+)/)
    await sentinel.output(/Ctrl-C stops it/)
    const query = new URLSearchParams({
      client_id: hostile,
      redirect_uri: hostile,
      response_type: hostile,
      state: hostile
    })
    await run(["domains", "--account", account], { LE_AUTH_DOMAIN_API: origin })
    const asked = Http.get(`${origin}/sentinel/api/account/${account}/authorize?v=1.0&${query.toString()}`)
    await new Promise((resolve) => asked.once("response", resolve))
    asked.destroy()
    const local = {
      SENTINEL_PORT: new URL(origin).port,
      SENTINEL_CONTROL: control,
      XDG_STATE_HOME: state,
      BROWSER: "false"
    }
    const offered = await run(["login"], local)
    assert.strictEqual(offered.code, 7)
    assertFit(offered.stderr, "offer")
    assert.include(offered.stderr, "pwned")
    for (const args of [
      ["sentinel", "journal", "--control", control],
      ["sentinel", "fault", "add", "delay", "--set", `by=1s`, "--control", control],
      ["sentinel", "fault", "add", hostile, "--control", control],
      ["sentinel", "fault", "list", "--control", control],
      ["sentinel", "fault", "clear", hostile, "--control", control],
      ["sentinel", "start", "--config", hostile],
      ["sentinel", "start", "--point", `${hostile}=${hostile}`]
    ]) {
      for (const more of [[], ["--json"]]) {
        const { stderr, stdout } = await run([...args, ...more])
        assertFit(stdout, args.join(" "))
        assertFit(stderr, args.join(" "))
      }
    }
    sentinel.child.kill("SIGTERM")
    const { code, stderr, stdout } = await sentinel.result
    assert.strictEqual(code, 0)
    assertFit(stdout, "announcement")
    assertFit(stderr, "log")
  })

  it("only the modules that are for it write, ask and log", () => {
    const sources = Fs.globSync("**/*.ts", { cwd: new URL("../src", import.meta.url) })
    const using = (pattern: RegExp) =>
      sources
        .filter((source) => pattern.test(Fs.readFileSync(new URL(`../src/${source}`, import.meta.url), "utf8")))
        .toSorted()
    assert.isAbove(sources.length, 50)
    assert.deepStrictEqual(using(/Console\.(?:log|error|warn|info)\b|console\.(?:log|error)/), [
      "answers.ts",
      "terminal/Output.ts"
    ])
    assert.deepStrictEqual(using(/process\.std(?:out|err)\.write|stdout\.write/), [
      "commands/sentinel/start/Log.ts",
      "terminal/Output.ts"
    ])
    assert.deepStrictEqual(using(/from "effect\/cli\/Prompt"/), ["commands/login/Questions.ts", "terminal/Prompts.ts"])
  })
})
