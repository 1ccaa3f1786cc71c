/** The command as an application without a user. */
// @effect-diagnostics globalFetch:off
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { between } from "../../../tools/between.ts"
import { type Environment, run, start, temporaryDirectory } from "./Cli.ts"
import { routesOf, services } from "./services.ts"
import { keys, onTerminal } from "./Terminal.ts"

const secret = "planted-server-secret"
const account = "le87654321"

/** With the scope of the users resource, with another scope, and for users only. */
const clients = {
  server: "44444444-4444-4444-8444-444444444444",
  other: "55555555-5555-4555-8555-555555555555",
  ofUsers: "66666666-6666-4666-8666-666666666666"
}

const installation = (client_id: string, kind: object) => ({
  client_id,
  client_secret: secret,
  client_name: "Test",
  ...kind
})

let directory: string
let sentinel: Awaited<ReturnType<typeof startSentinel>>
let homes = 0

const startSentinel = async () => {
  const config = Path.join(directory, "sentinel.json")
  const ofApplication = { grant_types: ["client_credentials"], redirect_uris: [] }
  Fs.writeFileSync(
    config,
    JSON.stringify({
      accounts: [
        {
          id: account,
          users: [{ id: "1234567890", email: "agent@example.com", password: "agent" }],
          installations: [
            installation(clients.server, { ...ofApplication, scope: "users.external" }),
            installation(clients.other, { ...ofApplication, scope: "something.else" }),
            installation(clients.ofUsers, {
              grant_types: ["authorization_code"],
              redirect_uris: ["http://127.0.0.1:4401/callback"]
            })
          ]
        }
      ]
    })
  )
  const started = start(["sentinel", "start", "--port", "0", "--config", config])
  const [, origin = ""] = await started.output(/listens on (\S+)/)
  const [, control = ""] = await started.output(/and why, at (\S+)/)
  return { ...started, origin, control }
}

beforeAll(async () => {
  directory = temporaryDirectory()
  sentinel = await startSentinel()
})
afterAll(async () => {
  sentinel.child.kill("SIGTERM")
  await sentinel.result
  Fs.rmSync(directory, { recursive: true })
})

/** The settings of a program that starts for the first time. It has no redirect URI. */
const program = (client = clients.server, domainApi = sentinel.origin): Environment => ({
  LE_AUTH_ACCOUNT_ID: account,
  LE_AUTH_CLIENT_ID: client,
  LE_AUTH_CLIENT_SECRET: secret,
  LE_AUTH_DOMAIN_API: domainApi,
  XDG_STATE_HOME: Path.join(directory, `home-${++homes}`)
})

const inHome = (env: Environment, file: string) => Path.join(env["XDG_STATE_HOME"]!, "le-auth", file)

/** How many app tokens Sentinel was asked for, in this test. */
const requests = async (): Promise<number> => (await asked()) - before

const asked = async (): Promise<number> =>
  (await routesOf(sentinel.control)).filter((route) => route === "app-token").length
let before: number
beforeEach(async () => {
  before = await asked()
})

/** Changes the token that is kept, whose key is beside it. */
const edit = (env: Environment, changes: { accessToken?: string; renewAt?: number; expiresAt?: number }) => {
  const key = new AppTokenKey({
    accountId: AccountId.make(account),
    clientId: ClientId.make(env["LE_AUTH_CLIENT_ID"] ?? clients.server)
  })
  const file = inHome(env, "app-tokens.json")
  const sealKey = Fs.readFileSync(inHome(env, "seal-key"), "utf8").trim()
  const { accessToken, ...times } = changes
  return Effect.runPromise(
    Effect.gen(function* () {
      const store = yield* AppTokenStore
      const kept = yield* Effect.flatMap(store.get(key), Effect.fromOption)
      const given = accessToken === undefined ? {} : { accessToken: Redacted.make(accessToken) }
      yield* store.set(new AppToken({ ...kept, ...times, ...given }))
    }).pipe(
      Effect.provide(
        SealedAppTokenStore.layer.pipe(
          Layer.provide(AppTokenFile.layerAt(file)),
          Layer.provide(Seal.layer([Redacted.make(sealKey)])),
          Layer.provide(Seal.layerWebCrypto)
        )
      )
    )
  )
}

const users = "/api/account/{account}/configuration/le-users/users?v=6.0"

describe("le-auth token --app", () => {
  it("K1: ten commands that start at once cause one token request, and print the same token", async () => {
    const slow = await between(sentinel.origin, 500)
    const env = program(clients.server, slow.origin)
    const results = await Promise.all(Array.from({ length: 10 }, () => run(["token", "--app"], env)))
    await slow.close()
    for (const { code, stderr } of results) assert.strictEqual(code, 0, stderr)
    assert.strictEqual(new Set(results.map(({ stdout }) => stdout)).size, 1)
    assert.strictEqual(await requests(), 1)
  })

  it("K1: prints the token alone, and with --json its scopes and its end", async () => {
    const env = program()
    const first = await run(["token", "--app"], env)
    assert.strictEqual(first.code, 0, first.stderr)
    assert.match(first.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    // The token of the first command, for which no network is needed.
    const { code, stderr, stdout } = await run(["token", "--app", "--json"], {
      ...env,
      LE_AUTH_DOMAIN_API: "http://127.0.0.1:1"
    })
    assert.deepStrictEqual([code, stderr], [0, ""])
    const { accessToken, scopes, validUntil } = JSON.parse(stdout)
    assert.strictEqual(`${accessToken}\n`, first.stdout)
    assert.deepStrictEqual(scopes, ["users.external"])
    assert.match(validUntil, /^20\S+Z$/)
    assert.strictEqual(await requests(), 1)
  })

  it("K1: keeps the token sealed, in a file of the user's alone", async () => {
    const env = program()
    const { stdout } = await run(["token", "--app"], env)
    const file = inHome(env, "app-tokens.json")
    assert.strictEqual(Fs.statSync(file).mode & 0o777, 0o600)
    const text = Fs.readFileSync(file, "utf8")
    assert.include(text, clients.server)
    for (const hidden of [stdout.trim(), secret]) assert.notInclude(text, hidden)
  })

  it("K1: asks for another token when it is due, once for all commands that run at the same time", async () => {
    const slow = await between(sentinel.origin, 500)
    const env = program(clients.server, slow.origin)
    assert.strictEqual((await run(["token", "--app"], env)).code, 0)
    await edit(env, { accessToken: "planted-old-token", renewAt: 0 })
    const results = await Promise.all(Array.from({ length: 3 }, () => run(["token", "--app"], env)))
    await slow.close()
    for (const { code, stderr, stdout } of results) {
      assert.strictEqual(code, 0, stderr)
      assert.notInclude(stdout, "planted-old-token")
    }
    assert.strictEqual(await requests(), 2)
  })

  it("K1: a token that is still valid is printed when Sentinel does not answer", async () => {
    const env = program()
    assert.strictEqual((await run(["token", "--app"], env)).code, 0)
    await edit(env, { accessToken: "planted-old-token", renewAt: 0 })
    const { code, stderr, stdout } = await run(["token", "--app"], { ...env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.deepStrictEqual([code, stdout], [0, "planted-old-token\n"], stderr)
  })

  it("K1: its exit codes are those of the table", async () => {
    const { LE_AUTH_CLIENT_SECRET: _, ...withoutSecret } = program()
    for (const [env, code, words] of [
      [program(clients.ofUsers), 7, /Add client_credentials to grant_types/],
      [{ ...program(), LE_AUTH_CLIENT_SECRET: "planted-wrong" }, 7, /does not accept the application's credentials/],
      [program(clients.server, "http://127.0.0.1:1"), 6, /does not answer|not available/],
      [withoutSecret, 7, /LE_AUTH_CLIENT_SECRET is missing/],
      [{ XDG_STATE_HOME: "/nonexistent", SENTINEL_PORT: "1" }, 6, /le-auth sentinel start/]
    ] as const) {
      const { stderr, ...result } = await run(["token", "--app"], env)
      assert.deepStrictEqual(result, { code, stdout: "" }, stderr)
      assert.match(stderr, words)
      assert.notInclude(stderr, "planted")
    }
  })

  it("K1: without a place to keep it, each command asks for a token, and says why", async () => {
    const { XDG_STATE_HOME: _, ...env } = program()
    for (const home of [{ XDG_STATE_HOME: "/proc/nowhere" }, { XDG_STATE_HOME: "", HOME: "" }]) {
      const { code, stderr, stdout } = await run(["token", "--app"], { ...env, ...home })
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      assert.include(stderr, "The app token is not kept")
    }
    assert.strictEqual(await requests(), 2)
  })

  it("K1: neither the secret nor the token reaches a log or the arguments of a process", async () => {
    const env = program()
    const kept = await run(["token", "--app"], env)
    const token = kept.stdout.trim()
    for (const args of [
      ["token", "--app"],
      ["api", "--app", "accountConfigReadOnly", users],
      ["doctor", "--app"],
      ["status"],
      ["forget", "--app"]
    ]) {
      const started = start([...args, "--log-level", "all"], env)
      const line = Fs.existsSync("/proc") ? Fs.readFileSync(`/proc/${started.child.pid}/cmdline`, "utf8") : ""
      const { code, stderr, stdout } = await started.result
      assert.strictEqual(code, 0, stderr)
      const said = args[0] === "token" ? stderr + line : stdout + stderr + line
      for (const hidden of [token, secret]) assert.notInclude(said, hidden, args.join(" "))
    }
    const asArgument = await run(["token", "--app", "--client-secret", secret], env)
    assert.strictEqual(asArgument.code, 2)
  })

  it("K1: at a local Sentinel it is the built-in server application", async () => {
    const local = start(["sentinel", "start", "--port", "0"])
    const [, port = ""] = await local.output(/listens on \S+:(\d+)/)
    const env = { SENTINEL_PORT: port, XDG_STATE_HOME: Path.join(directory, `home-${++homes}`) }
    const { code, stderr, stdout } = await run(["api", "--app", "accountConfigReadOnly", users], env)
    local.child.kill("SIGINT")
    await local.result
    assert.strictEqual(code, 0, stderr)
    assert.sameMembers(
      JSON.parse(stdout).map(({ loginName }: { readonly loginName: string }) => loginName),
      ["agent@example.com", "admin@example.com"]
    )
  })
})

describe("le-auth api --app", () => {
  it("K1: reads the users of the account", async () => {
    const { code, stderr, stdout } = await run(["api", "--app", "accountConfigReadOnly", users], program())
    assert.strictEqual(code, 0, stderr)
    assert.deepInclude(JSON.parse(stdout)[0], { id: 1234567890, loginName: "agent@example.com" })
  })

  it("K1: says which scope is missing, with exit code 4", async () => {
    const { code, stderr } = await run(["api", "--app", "accountConfigReadOnly", users], program(clients.other))
    assert.strictEqual(code, 4)
    assert.include(stderr, "the token lacks the scope users.external.")
    assert.include(stderr, "le-auth forget --app")
  })

  it("K1: gets another token after a 401, and repeats the request once", async () => {
    const env = program()
    assert.strictEqual((await run(["token", "--app"], env)).code, 0)
    await edit(env, { accessToken: "planted-refused-token" })
    const again = await run(["api", "--app", "accountConfigReadOnly", users], env)
    assert.strictEqual(again.code, 0, again.stderr)
    assert.strictEqual(await requests(), 2)
    assert.notInclude((await run(["token", "--app"], env)).stdout, "planted")
  })

  it("K1: sends the token with Bearer, and with --scheme none by itself", async () => {
    const service = await services(sentinel.origin)
    const env = program(clients.server, service.origin)
    const token = (await run(["token", "--app"], env)).stdout.trim()
    assert.strictEqual((await run(["api", "--app", "echo", "/{account}"], env)).code, 0)
    assert.strictEqual((await run(["api", "--app", "--scheme", "none", "echo", "/x"], env)).code, 0)
    assert.deepStrictEqual(
      service.asked.map(({ headers, url }) => [url, headers["authorization"]]),
      [
        [`/${account}`, `Bearer ${token}`],
        ["/x", token]
      ]
    )
    for (const [args, code] of [
      [["--app", "echo", "/{user}"], 2],
      [["--scheme", "none", "echo", "/x"], 2],
      [["--app", "--scheme", "Basic", "echo", "/x"], 2],
      [["--app", "evil", "/x"], 1],
      [["--app", "echo", "/status/401"], 3],
      [["--app", "echo", "/status/403"], 4],
      [["--app", "echo", "/status/500"], 6]
    ] as const) {
      const { code: found, stderr } = await run(["api", ...args], env)
      assert.strictEqual(found, code, `${args.join(" ")}: ${stderr}`)
    }
    await service.close()
  })
})

describe("a profile without a redirect URI", () => {
  const settingsFile = (env: Environment) => {
    const file = Path.join(directory, ".env")
    const names = ["LE_AUTH_ACCOUNT_ID", "LE_AUTH_CLIENT_ID", "LE_AUTH_CLIENT_SECRET", "LE_AUTH_DOMAIN_API"]
    Fs.writeFileSync(file, names.map((name) => `${name}="${env[name]}"`).join("\n"))
    return file
  }

  it("K1: login --app makes one once Sentinel has given a token, and --app needs nothing else then", async () => {
    const given = program()
    const { XDG_STATE_HOME = "" } = given
    const env = { XDG_STATE_HOME, SENTINEL_PORT: "1" }
    const args = ["login", "--app", "--settings", settingsFile(given), "--profile", "bot"]
    const { code, stderr, stdout } = await run([...args, "--json"], env)
    assert.strictEqual(code, 0, stderr)
    const { validUntil, ...rest } = JSON.parse(stdout)
    assert.deepStrictEqual(rest, { account, application: clients.server, profile: "bot", user: null })
    assert.match(validUntil, /^20\S+Z$/)
    for (const file of ["profiles.json", "app-tokens.json"]) {
      assert.notInclude(Fs.readFileSync(inHome(env, file), "utf8"), secret)
    }
    for (const selection of [[], ["--profile", "bot"], ["--account", account]]) {
      assert.strictEqual((await run(["token", "--app", ...selection], env)).code, 0)
    }
    assert.strictEqual((await run(["token", "--app"], { ...env, LE_AUTH_PROFILE: "bot" })).code, 0)
    assert.strictEqual(await requests(), 1)
    // To log in again asks for another token: one that is kept would prove nothing.
    assert.strictEqual((await run(["login", "--app", "--profile", "bot"], env)).code, 0)
    assert.strictEqual(await requests(), 2)

    const user = await run(["login", "--profile", "bot"], env)
    assert.strictEqual(user.code, 7)
    assert.include(user.stderr, "The profile bot has no redirect URI")
    assert.include((await run(["accounts", "list"], env)).stdout, "* bot")
    assert.strictEqual((await run(["accounts", "remove", "bot"], env)).code, 0)
    assert.deepStrictEqual(JSON.parse(Fs.readFileSync(inHome(env, "app-tokens.json"), "utf8")).tokens, [])
  })

  it("K1: is not kept if the installation gives no tokens to the application itself", async () => {
    const given = program(clients.ofUsers)
    const { XDG_STATE_HOME = "" } = given
    const env = { XDG_STATE_HOME, SENTINEL_PORT: "1" }
    const { code, stderr } = await run(["login", "--app", "--settings", settingsFile(given)], env)
    assert.strictEqual(code, 7)
    assert.include(stderr, "client_credentials")
    assert.isFalse(Fs.existsSync(inHome(env, "profiles.json")))
    assert.strictEqual((await run(["login", "--app", "--qr"], env)).code, 2)
  })

  it("K1: on a terminal its settings are asked for, and no redirect URI", async () => {
    const { LE_AUTH_DOMAIN_API = "", XDG_STATE_HOME = "" } = program()
    const env = { LE_AUTH_DOMAIN_API, XDG_STATE_HOME, SENTINEL_PORT: "1" }
    const terminal = onTerminal(["login", "--app", "--account", account], env)
    await terminal.shows(/Client id of the installation/)
    terminal.type(clients.server + keys.enter)
    await terminal.shows(/Client secret \(not shown\)/)
    terminal.type(secret + keys.enter)
    const { code, raw, screen } = await terminal.result
    assert.strictEqual(code, 0, screen)
    assert.notInclude(screen, "Redirect URI")
    assert.notInclude(raw, secret)
    assert.strictEqual((await run(["token", "--app"], { XDG_STATE_HOME })).code, 0)
  })
})

describe("le-auth status and forget", () => {
  it("K1: status shows the token that is kept by its fingerprint, and forget removes it", async () => {
    const env = program()
    const token = (await run(["token", "--app"], env)).stdout.trim()
    const { code, stderr, stdout } = await run(["status"], env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^Application {2}44444444-\S+, by itself$/m)
    assert.match(stdout, /^Token {8}sha256:[0-9a-f]{12} \(a fingerprint\)$/m)
    assert.match(stdout, /^Scopes {7}users\.external$/m)
    assert.include(stderr, `Kept in ${inHome(env, "app-tokens.json")}, sealed with a key in `)
    assert.notInclude(stdout + stderr, token)
    const { appToken, sessions } = JSON.parse((await run(["status", "--json"], env)).stdout)
    assert.deepStrictEqual(sessions, [])
    assert.deepInclude(appToken, { application: clients.server, scopes: ["users.external"] })

    const forgotten = await run(["forget", "--json"], { ...env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.deepStrictEqual(JSON.parse(forgotten.stdout), { forgotten: [], appToken: true })
    assert.deepStrictEqual(JSON.parse(Fs.readFileSync(inHome(env, "app-tokens.json"), "utf8")).tokens, [])
    assert.strictEqual((await run(["status"], env)).code, 3)
    assert.deepStrictEqual(JSON.parse((await run(["forget", "--app", "--json"], env)).stdout), {
      forgotten: [],
      appToken: false
    })
  })
})

describe("le-auth doctor --app", () => {
  const doctor = async (env: Environment) => {
    const { code, stderr, stdout } = await run(["doctor", "--app", "--json"], env)
    assert.notInclude(stdout + stderr, secret)
    const findings: ReadonlyArray<Record<"check" | "result" | "message" | "remedy", string>> =
      JSON.parse(stdout).findings
    return { code, findings, of: (name: string) => findings.filter(({ check }) => check === name) }
  }

  it("K1: asks for a token, verifies it, and says its scopes and its end, and keeps nothing", async () => {
    const env = program()
    const { code, findings, of } = await doctor(env)
    assert.strictEqual(code, 0)
    assert.match(of("app token")[0]!.message, /valid until 20\S+Z\.$/)
    assert.include(of("scopes")[0]!.message, "users.external")
    assert.include(of("signature")[0]!.message, "genuine")
    assert.strictEqual(of("clock")[0]!.result, "good")
    // A program without a user has neither of them.
    for (const check of ["redirect URI", "port", "application", "session"]) assert.deepStrictEqual(of(check), [])
    assert.isFalse(findings.some(({ result }) => result === "problem"))
    assert.isFalse(Fs.existsSync(inHome(env, "app-tokens.json")))
    assert.strictEqual(await requests(), 1)
    assert.include((await run(["doctor", "--app"], env)).stderr, "Nothing keeps the application from its tokens.")
  })

  it("K1: says what to do if the installation has no client_credentials, a wrong secret, or no answer", async () => {
    for (const [env, code, name, words] of [
      [program(clients.ofUsers), 7, "app token", /Add client_credentials to grant_types/],
      [{ ...program(), LE_AUTH_CLIENT_SECRET: "planted-wrong" }, 7, "app token", /credentials/],
      [program(clients.server, "http://127.0.0.1:1"), 6, "Domain API", /./]
    ] as const) {
      const found = await doctor(env)
      assert.strictEqual(found.code, code)
      const problem = found.findings.find(({ result }) => result === "problem")
      assert.strictEqual(problem?.check, name)
      assert.match(problem?.message ?? "", words)
    }
  })
})

describe("what is wrong with an application without a user", () => {
  const file = (name: string, content: string) => {
    const path = Path.join(directory, name)
    Fs.writeFileSync(path, content)
    return path
  }

  it("K1: doctor --app says whether the document gives the application tokens of its own", async () => {
    const ofUsers = { grant_types: ["authorization_code", "refresh_token"], redirect_uris: ["https://a.example/cb"] }
    for (const [document, code, words] of [
      [{ client_name: "a", ...ofUsers }, 7, /^The grant type client_credentials is not registered/],
      [{ client_name: "a", grant_types: ["client_credentials"], scope: "x" }, 0, /^client_credentials is a grant type/]
    ] as const) {
      const path = file("installation.json", JSON.stringify(document))
      const result = await run(["doctor", "--app", "--json", "--installation", path], program())
      const findings = JSON.parse(result.stdout).findings.filter(
        ({ check }: { readonly check: string }) => check === "installation"
      )
      assert.deepStrictEqual([result.code, findings.length], [code, 1], result.stdout)
      assert.match(findings[0].message, words)
    }
  })

  it("K1: doctor --app sees a directory where the file of app tokens belongs", async () => {
    const env = program()
    Fs.mkdirSync(inHome(env, "app-tokens.json"), { recursive: true, mode: 0o700 })
    const { code, stdout } = await run(["doctor", "--app"], env)
    assert.strictEqual(code, 8)
    assert.match(
      stdout,
      /problem {2}directory: \S+app-tokens\.json is a directory where a file belongs\. Move it away\./
    )
  })

  it("K1: one warning says that the file of app tokens cannot be read", async () => {
    const env = program()
    assert.strictEqual((await run(["token", "--app"], env)).code, 0)
    for (const [content, words] of [
      ["{", /not readable, so another token is asked for/g],
      ['{"version":1,"tokens":[{}]}', /has a record that is not readable/g],
      ['{"version":99}', /written by a newer le-auth, so another token/g]
    ] as const) {
      Fs.writeFileSync(inHome(env, "app-tokens.json"), content)
      const { code, stderr } = await run(["token", "--app"], env)
      assert.deepStrictEqual([code, stderr.match(words)?.length], [0, 1], stderr)
    }
  })

  it("K1: an error of its token says nothing of a sign-in", async () => {
    for (const env of [program(clients.ofUsers), { ...program(), LE_AUTH_CLIENT_SECRET: "planted-wrong" }]) {
      const { code, stderr } = await run(["token", "--app"], env)
      assert.deepStrictEqual([code, /sign-in/.test(stderr)], [7, false], stderr)
    }
  })

  it("K1: an account that LivePerson does not know is named", async () => {
    const { code, stderr } = await run(["token", "--app"], { ...program(), LE_AUTH_ACCOUNT_ID: "le99999999" })
    assert.deepStrictEqual([code, stderr.includes("does not know the account")], [1, true], stderr)
  })

  it("K1: what a user lacks, without a redirect URI, names --app", async () => {
    const env = program()
    for (const args of [["token"], ["status"], ["login"]]) {
      assert.include((await run(args, env)).stderr, "--app", args.join(" "))
    }
    assert.include((await run(["doctor"], env)).stdout, "le-auth doctor --app")
    const unknown = await run(["token", "--app", "--account", "le1"], { XDG_STATE_HOME: env["XDG_STATE_HOME"]! })
    assert.include(unknown.stderr, "le-auth login --app")
    const down = await run(["token", "--app"], { XDG_STATE_HOME: env["XDG_STATE_HOME"]!, SENTINEL_PORT: "1" })
    assert.include(down.stderr, "if users sign in, LE_AUTH_REDIRECT_URI")
  })

  it("K1: after a 401 with --scheme none, Bearer is advised, and without it --scheme none", async () => {
    const service = await services(sentinel.origin)
    const env = program(clients.server, service.origin)
    const withBearer = await run(["api", "--app", "echo", "/status/401"], env)
    assert.include(withBearer.stderr, "without the word Bearer: --scheme none")
    const without = await run(["api", "--app", "--scheme", "none", "echo", "/status/401"], env)
    assert.include(without.stderr, "leave out --scheme none")
    await service.close()
  })
})
