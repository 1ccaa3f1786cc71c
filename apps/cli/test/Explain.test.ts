/** `authorize-url`, `callback`, `id-token` and `domains`: what explains the protocol and its values. */
import { fetch } from "@effect/platform-node/Undici"
import { execFile } from "node:child_process"
import * as Http from "node:http"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type Environment, here, planted, run, runWith, world } from "./Cli.ts"
import { keys, onTerminal } from "./Terminal.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())

const json = (text: string) => JSON.parse(text)
const callback = "https://app.example.com/callback"

describe("le-auth authorize-url", () => {
  it("A1, A8, B1: prints the address alone, with a fresh state and no secret, and explains it on stderr", async () => {
    const { code, stderr, stdout } = await run(["authorize-url"], at.env)
    assert.strictEqual(code, 0, stderr)
    const url = new URL(stdout.trim())
    assert.strictEqual(stdout, `${url.href}\n`)
    assert.deepStrictEqual([...url.searchParams.keys()], ["v", "response_type", "client_id", "redirect_uri", "state"])
    assert.strictEqual(url.searchParams.get("redirect_uri"), at.env["LE_AUTH_REDIRECT_URI"])
    assert.isAtLeast(url.searchParams.get("state")!.length, 43)
    assert.include(stderr, `state          ${url.searchParams.get("state")}`)
    assert.notInclude(stdout + stderr, planted.secret)
    const other = json((await run(["authorize-url", "--json"], at.env)).stdout)
    assert.notStrictEqual(other.state, url.searchParams.get("state"))
    assert.strictEqual(new URL(other.url).searchParams.get("state"), other.state)
  })
})

describe("le-auth authorize-url, where the browser finds Sentinel elsewhere", () => {
  it("J7: prints the address that a sign-in sends the browser to", async () => {
    const env = { ...at.env, LE_AUTH_AUTHORIZE_ORIGIN: "http://localhost:5500" }
    const { code, stderr, stdout } = await run(["authorize-url"], env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^http:\/\/localhost:5500\/sentinel\/api\/account\//)
    assert.include(stderr, "LE_AUTH_AUTHORIZE_ORIGIN")
  })
})

describe("le-auth callback", () => {
  it("explains a code from stdin, does not show it, and needs no settings", async () => {
    const { code, stderr, stdout } = await runWith(`${callback}?code=planted-code&state=xyz&foo=1\n`, ["callback"])
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^code +12 characters, not shown$/m)
    assert.match(stdout, /^state +xyz$/m)
    assert.match(stdout, /^ignored +foo$/m)
    assert.notInclude(stdout + stderr, "planted")
    const { stdout: line } = await run(["callback", "--json", `${callback}?code=c&state=xyz&iss=Sentinel`])
    assert.deepStrictEqual(json(line), {
      result: "authorized",
      address: callback,
      state: "xyz",
      issuer: "Sentinel",
      error: null,
      errorDescription: null
    })
  })

  it("asks for the address on a terminal, and ends when it has it, or at once with Ctrl-C", async () => {
    const terminal = onTerminal(["callback"])
    await terminal.shows(/Paste the callback address, and press Enter:/)
    terminal.type(`${callback}?code=planted&state=xyz${keys.enter}`)
    const { code, screen } = await terminal.result
    assert.strictEqual(code, 0)
    assert.include(screen, "7 characters, not shown")
    const stopped = onTerminal(["callback"])
    await stopped.shows(/Paste/)
    stopped.type(keys.ctrlC)
    assert.strictEqual((await stopped.result).code, 130)
  })

  it("C5, J4: exit code 4 for an error, with its meaning, and nothing that could move a terminal's cursor", async () => {
    const { code, stderr, stdout } = await run([
      "callback",
      `${callback}?error=access_denied&error_description=no%1b[31m&state=x&a%1b=1&iss=sentinel%1b`
    ])
    assert.strictEqual(code, 1)
    assert.match(stdout, /^error +access_denied\n +the user, or a rule of the account, refused$/m)
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(stdout + stderr, /\u001b/)
    assert.include(stderr, "does not come from LivePerson's Sentinel")
    const denied = await run(["callback", `${callback}?error=access_denied&state=x`])
    assert.strictEqual(denied.code, 4)
    assert.include(denied.stderr, "access_denied")
  })

  it("B1, C1, C4, I10: exit code 1 for whatever le-auth would not accept", async () => {
    for (const [query, problem] of [
      ["code=planted", "no state"],
      ["code=planted&state=a&state=b", "the parameter state more than once"],
      ["code=planted&error=access_denied&state=a", "both a code and an error"],
      ["state=a", "neither a code nor an error"],
      ["code=planted&state=a&iss=other", "does not come from LivePerson's Sentinel"]
    ]) {
      const { code, stderr, stdout } = await run(["callback", `${callback}?${query}`])
      assert.strictEqual(code, 1, query)
      assert.include(stderr, problem!)
      assert.notInclude(stdout + stderr, "planted")
    }
    const another = await run(["callback", "--state", "sent", `${callback}?code=planted&state=received`])
    assert.strictEqual(another.code, 1)
    assert.include(another.stderr, "another sign-in")
    assert.strictEqual((await run(["callback", "--state", "sent", `${callback}?code=c&state=sent`])).code, 0)
  })

  it("exit code 2 for a text that is not an address, and for an empty one", async () => {
    assert.strictEqual((await run(["callback", "code=abc"])).code, 2)
    assert.strictEqual((await run(["callback"])).code, 2)
  })
})

describe("le-auth domains", () => {
  it("lists all services, and prints one", async () => {
    const { stdout } = await run(["domains", "--json"], at.env)
    const { account, services } = json(stdout)
    assert.strictEqual(account, "le87654321")
    const sentinel = services.find(({ service }: { service: string }) => service === "sentinel")
    assert.deepStrictEqual(sentinel, {
      service: "sentinel",
      host: new URL(sentinel.origin).host,
      origin: sentinel.origin
    })
    assert.strictEqual((await run(["domains", "sentinel"], at.env)).stdout, `${sentinel.origin}\n`)
    assert.include((await run(["domains"], at.env)).stdout, `sentinel                ${sentinel.origin}\n`)
  })

  it("says what is wrong with a service or an account", async () => {
    const service = await run(["domains", "Sentinel"], at.env)
    assert.strictEqual(service.code, 1)
    assert.include(service.stderr, 'no service called "Sentinel"')
    assert.include(service.stderr, "See: le-auth domains")
    const account = await run(["domains"], { ...at.env, LE_AUTH_ACCOUNT_ID: "unknown" })
    assert.strictEqual(account.code, 1)
    assert.include(account.stderr, "does not know the account unknown")
    const offline = await run(["domains", "--account", "12345678"], { LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(offline.code, 6)
    assert.notInclude(offline.stderr, "local Sentinel")
  })

  it("asks the Domain API that LE_AUTH_DOMAIN_API names, about any account, without a home and an application", async () => {
    const { LE_AUTH_DOMAIN_API = "" } = at.env
    const env = { LE_AUTH_DOMAIN_API, HOME: "", SENTINEL_PORT: "1" }
    const { code, stderr, stdout } = await run(["domains", "sentinel", "--account", "le87654321"], env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^http:\S+\n$/)
    const unknown = await run(["domains", "--account", "12345678"], env)
    assert.strictEqual(unknown.code, 1)
    assert.include(unknown.stderr, "does not know the account 12345678")
  })

  it("needs no home where everything is in LE_AUTH_*; nor do authorize-url and id-token", async () => {
    const { XDG_STATE_HOME: _, ...others }: Environment = at.env
    const env = { ...others, HOME: "" }
    for (const args of [["domains"], ["authorize-url"], ["id-token", "--no-verify", "a.b.c"]]) {
      const { code, stderr } = await run(args, env)
      assert.strictEqual(code, args[0] === "id-token" ? 1 : 0, stderr)
      assert.notInclude(stderr, "HOME")
    }
  })

  it("says that there is no answer", async () => {
    const offline = await run(["domains"], { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(offline.code, 6)
  })
})

describe("le-auth id-token", () => {
  /** What an application of somebody else's gets: by hand, with the address that `authorize-url` prints. */
  const idToken = async (): Promise<string> => {
    const { url, redirectUri, sentinel } = json((await run(["authorize-url", "--json"], at.env)).stdout)
    const callback = new Promise<string>((resolve) => {
      const server = Http.createServer((request, response) => {
        response.end("", () => server.close())
        resolve(new URL(request.url!, redirectUri).href)
      }).listen(at.callbackPort, "127.0.0.1", () =>
        execFile(process.execPath, [here("browser.mjs"), "approve", url], () => {})
      )
    })
    const { state } = json((await runWith(await callback, ["callback", "--json"])).stdout)
    assert.include(url, `state=${state}`)
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: new URL(await callback).searchParams.get("code")!,
      redirect_uri: redirectUri,
      client_id: planted.clientId,
      client_secret: planted.secret
    })
    const answer = await fetch(`${sentinel}/sentinel/api/account/le87654321/token?v=1.0`, { method: "POST", body })
    return ((await answer.json()) as { id_token: string }).id_token
  }

  it("E1, E4, E6: verifies a token with Sentinel's keys, and says plainly when it is not verified", async () => {
    const token = await idToken()
    const good = await runWith(`${token}\n`, ["id-token", "-"], at.env)
    assert.deepStrictEqual([good.code, good.stderr], [0, ""])
    assert.match(good.stdout, /^VERIFIED\n/)
    assert.match(good.stdout, /^sub +1234567890$/m)
    assert.match(good.stdout, /^exp +20\S+Z$/m)

    const [header, , signature] = token.split(".")
    const claims = { sub: "admin\u001b[31m", aud: planted.clientId, iss: "sentinel", iat: 1, exp: 2 }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".")
    const bad = await runWith(forged, ["id-token", "-"], at.env)
    assert.strictEqual(bad.code, 1)
    assert.match(bad.stdout, /^NOT VERIFIED/)
    assert.include(bad.stderr, "BadSignature")
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(bad.stdout, /\u001b/)

    const other = await runWith(token, ["id-token", "-", "--json"], { ...at.env, LE_AUTH_CLIENT_ID: "another" })
    assert.strictEqual(other.code, 1)
    assert.include(json(other.stdout).problem, "WrongAudience")
    assert.strictEqual(json(other.stdout).verified, false)

    const offline = { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" }
    assert.strictEqual((await runWith(token, ["id-token", "-"], offline)).code, 6)
    const read = await runWith(token, ["id-token", "-", "--no-verify", "--json"], offline)
    assert.strictEqual(read.code, 0)
    assert.deepInclude(json(read.stdout), { verified: false })
    assert.strictEqual(json(read.stdout).claims.sub, "1234567890")
  })

  it("shows the claims of the current session", async () => {
    assert.strictEqual((await run(["id-token"], at.env)).code, 3)
    assert.strictEqual((await run(["login"], at.env)).code, 0)
    const { code, stdout } = await run(["id-token"], at.env)
    assert.strictEqual(code, 0)
    assert.match(stdout, /^VERIFIED\n/)
  })

  it("refuses a text that is not a token", async () => {
    for (const text of ["abc", "a.b", "a.b.c.d", "e30.e30."]) {
      assert.strictEqual((await runWith(text, ["id-token", "-", "--no-verify"], at.env)).code, 1, text)
    }
  })
})
