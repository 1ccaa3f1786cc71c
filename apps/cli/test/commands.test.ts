import * as Fs from "node:fs"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { between } from "../../../tools/between.ts"
import { editSession, keptIn, planted, run, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
let kept: string
beforeAll(async () => {
  at = await world()
  await signIn()
  kept = Fs.readFileSync(at.sessionFile, "utf8")
})
afterAll(() => at.close())
beforeEach(() => Fs.rmSync(at.sessionFile, { force: true }))

const signIn = async () => {
  const { code, stderr } = await run(["login"], at.env)
  assert.strictEqual(code, 0, stderr)
  return (await keptIn(at.sessionFile))[0]!
}

/** The session of the first sign-in again: for what neither refreshes nor revokes. */
const restore = async () => {
  Fs.writeFileSync(at.sessionFile, kept, { mode: 0o600 })
  return (await keptIn(at.sessionFile))[0]!
}

const notSignedIn = { code: 3, stdout: "" }

describe("le-auth token", () => {
  it("I13: prints a valid token to stdout, and nothing else", async () => {
    const { accessToken } = await restore()
    assert.deepStrictEqual(await run(["token"], at.env), { code: 0, stdout: `${accessToken}\n`, stderr: "" })
  })

  it("works without a network when the token is not due", async () => {
    const { accessToken } = await restore()
    const { stdout } = await run(["token"], { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(stdout, `${accessToken}\n`)
  })

  it("F7: refreshes when it is due, and keeps what came", async () => {
    const before = await signIn()
    await editSession(at.sessionFile, { refreshAt: 0 })
    const { code, stderr, stdout } = await run(["token"], at.env)
    assert.strictEqual(code, 0, stderr)
    const after = (await keptIn(at.sessionFile))[0]!
    assert.strictEqual(stdout, `${after.accessToken}\n`)
    assert.notStrictEqual(after.accessToken, before.accessToken)
    assert.isAbove(after.refreshAt, 0)
    assert.deepStrictEqual(await run(["token"], at.env), { code: 0, stdout, stderr: "" })
  })

  it("F4: commands that run at the same time cause one refresh, and print the same new token", async () => {
    const before = await signIn()
    await editSession(at.sessionFile, { refreshAt: 0 })
    const proxy = await between(at.env["LE_AUTH_DOMAIN_API"]!, 500)
    const env = { ...at.env, LE_AUTH_DOMAIN_API: proxy.origin }
    const results = await Promise.all([run(["token"], env), run(["token"], env), run(["token"], env)])
    await proxy.close()
    for (const { code, stderr } of results) assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    assert.strictEqual(new Set(results.map(({ stdout }) => stdout)).size, 1)
    assert.notStrictEqual(results[0].stdout, `${before.accessToken}\n`)
    assert.strictEqual(proxy.refreshes(), 1)
  })

  it("F6: a token that is still valid is printed when the refresh fails, with a warning", async () => {
    const { accessToken } = await restore()
    // Neither the Domain API nor the Sentinel that gave the tokens answers.
    await editSession(at.sessionFile, { refreshAt: 0, sentinel: "http://127.0.0.1:1" })
    const { code, stderr, stdout } = await run(["token"], { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(code, 0)
    assert.strictEqual(stdout, `${accessToken}\n`)
    assert.include(stderr, "le-auth: warn: ")
  })

  it("exit code 3 without a session", async () => {
    const { stderr, ...rest } = await run(["token"], at.env)
    assert.deepStrictEqual(rest, notSignedIn)
    assert.include(stderr, "You are not signed in to account le87654321. Sign in with: le-auth login")
  })

  it("F5: exit code 3 when LivePerson ended the session, which is then gone", async () => {
    await signIn()
    await editSession(at.sessionFile, { refreshAt: 0, expiresAt: 0, refreshToken: "planted-revoked-token" })
    const { stderr, ...rest } = await run(["token"], at.env)
    assert.deepStrictEqual(rest, notSignedIn)
    assert.include(stderr, "le-auth login")
    assert.notInclude(stderr, "planted")
    assert.deepStrictEqual(await keptIn(at.sessionFile), [])
  })

  it("H8: a corrupt session file counts as empty, with a warning, and login repairs it", async () => {
    await restore()
    const text = Fs.readFileSync(at.sessionFile, "utf8")
    for (const broken of ["", "{", text.slice(0, -30), "\u0000"]) {
      Fs.writeFileSync(at.sessionFile, broken)
      const { stderr, ...rest } = await run(["token"], at.env)
      assert.deepStrictEqual(rest, notSignedIn)
      assert.include(stderr, `le-auth: warn: The session file ${at.sessionFile} is not readable`)
    }
    await signIn()
    assert.strictEqual((await run(["token"], at.env)).code, 0)
  })

  it("H3: a session file that is a symbolic link is refused", async () => {
    await restore()
    Fs.renameSync(at.sessionFile, `${at.sessionFile}.elsewhere`)
    Fs.symlinkSync(`${at.sessionFile}.elsewhere`, at.sessionFile)
    const { code, stderr, stdout } = await run(["token"], at.env)
    assert.strictEqual(code, 8)
    assert.strictEqual(stdout, "")
    assert.include(stderr, "is a symbolic link, which is refused")
  })
})

describe("--json", () => {
  it("gives the same fields each time", async () => {
    const { accessToken } = await restore()
    const json = async (args: ReadonlyArray<string>, more = {}) => {
      const { code, stderr, stdout } = await run([...args, "--json"], { ...at.env, ...more })
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^.*\n$/)
      return JSON.parse(stdout)
    }
    const token = await json(["token"])
    assert.strictEqual(token.accessToken, accessToken)
    assert.match(token.validUntil, /^20\S+Z$/)
    const session = {
      account: "le87654321",
      application: planted.clientId,
      user: "1234567890",
      administrator: false,
      validUntil: token.validUntil,
      expired: false,
      refreshable: true
    }
    const status = await json(["status"])
    const [{ fingerprint }] = status.sessions
    assert.match(fingerprint, /^sha256:[0-9a-f]{12}$/)
    assert.deepStrictEqual(status, {
      account: "le87654321",
      localSentinel: null,
      sealKey: "file",
      overriding: null,
      sessions: [{ ...session, fingerprint }],
      appToken: null
    })
    const forgotten = [{ account: "le87654321", user: "1234567890" }]
    assert.deepStrictEqual(await json(["forget"]), { forgotten, appToken: false })
  })
})

describe("LE_AUTH_ACCESS_TOKEN", () => {
  const env = () => ({ ...at.env, LE_AUTH_ACCESS_TOKEN: "planted-access-token" })

  it("overrides the session, also where there is none", async () => {
    const result = { code: 0, stdout: "planted-access-token\n", stderr: "" }
    assert.deepStrictEqual(await run(["token"], env()), result)
    await restore()
    assert.deepStrictEqual(await run(["token"], env()), result)
  })

  it("status says so, and shows a fingerprint", async () => {
    await restore()
    const { code, stderr, stdout } = await run(["status"], env())
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^Token {8}sha256:[0-9a-f]{12} \(a fingerprint\), from LE_AUTH_ACCESS_TOKEN, which overrides/)
    assert.match(stdout, /^User {9}1234567890$/m)
    assert.notInclude(stdout, "planted-access-token")
  })
})

describe("le-auth status", () => {
  it("I13, H4: shows who, where, until when, a fingerprint and not the token, and where it is kept", async () => {
    const { accessToken, refreshToken } = await restore()
    const { code, stderr, stdout } = await run(["status"], at.env)
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /^User {9}1234567890$/m)
    assert.match(stdout, /^Where {8}account le87654321$/m)
    assert.match(stdout, /^Token {8}sha256:[0-9a-f]{12} \(a fingerprint\)$/m)
    assert.match(stdout, /^Valid until {2}20\S+Z, refreshed when needed$/m)
    assert.include(stderr, `Kept in ${at.sessionFile}, sealed with a key in `)
    for (const secret of [accessToken, refreshToken, planted.secret]) assert.notInclude(stdout + stderr, secret)
  })

  it("exit code 3 without a session", async () => {
    const { code, stderr } = await run(["status"], at.env)
    assert.strictEqual(code, 3)
    assert.include(stderr, "You are not signed in")
  })
})

describe("le-auth refresh", () => {
  it("refreshes though nothing is due, and keeps what came", async () => {
    const before = await signIn()
    await editSession(at.sessionFile, { renewedAt: 0 })
    const { code, stderr, stdout } = await run(["refresh"], at.env)
    assert.deepStrictEqual([code, stdout], [0, ""])
    assert.match(stderr, /^Refreshed the token of 1234567890: valid until 20\S+Z$/m)
    const after = (await keptIn(at.sessionFile))[0]!
    assert.notStrictEqual(after.accessToken, before.accessToken)
    assert.strictEqual((await run(["token"], at.env)).stdout, `${after.accessToken}\n`)
    for (const secret of [after.accessToken, after.refreshToken]) assert.notInclude(stderr, secret)
  })

  it("F4: beside others loses no tokens", async () => {
    await signIn()
    const results = await Promise.all([run(["refresh"], at.env), run(["refresh"], at.env), run(["token"], at.env)])
    for (const { code, stderr } of results) assert.strictEqual(code, 0, stderr)
    assert.strictEqual((await run(["refresh"], at.env)).code, 0)
  })

  it("F5: exit code 3 when the session has ended, 6 without an answer", async () => {
    await signIn()
    await editSession(at.sessionFile, { renewedAt: 0, sentinel: "http://127.0.0.1:1" })
    const nowhere = { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" }
    assert.strictEqual((await run(["refresh"], nowhere)).code, 6)
    await editSession(at.sessionFile, { refreshToken: "planted-revoked-token" })
    const { code, stderr } = await run(["refresh"], at.env)
    assert.strictEqual(code, 3)
    assert.include(stderr, "le-auth login")
    assert.strictEqual((await run(["refresh"], at.env)).code, 3)
  })
})

describe("le-auth forget", () => {
  it("removes the session here; LivePerson hears nothing of it", async () => {
    const before = await signIn()
    const forgotten = await run(["forget"], { ...at.env, LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })
    assert.strictEqual(forgotten.code, 0)
    assert.include(forgotten.stderr, "Forgot 1234567890")
    assert.strictEqual((await run(["token"], at.env)).code, 3)
    // The refresh token still works: put it back and use it.
    await signIn()
    await editSession(at.sessionFile, { ...before, refreshAt: 0 })
    assert.strictEqual((await run(["token"], at.env)).code, 0)
  })

  it("accepts that there is no session", async () => {
    assert.strictEqual((await run(["forget"], at.env)).code, 0)
  })
})

describe("le-auth logout", () => {
  it("G6: ends nothing unless --everywhere says so", async () => {
    const { accessToken } = await restore()
    const { code, stderr } = await run(["logout", "--yes"], at.env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "le-auth logout --everywhere")
    assert.include(stderr, "le-auth forget")
    assert.strictEqual((await run(["token"], at.env)).stdout, `${accessToken}\n`)
  })

  it("asks first, and without a terminal does nothing", async () => {
    const { accessToken } = await restore()
    const { code, stderr } = await run(["logout", "--everywhere"], at.env)
    assert.strictEqual(code, 2)
    assert.include(stderr, "add --yes")
    assert.strictEqual((await run(["token"], at.env)).stdout, `${accessToken}\n`)
  })

  it("--everywhere --yes revokes at LivePerson and removes the session here", async () => {
    const before = await signIn()
    const { code, stderr } = await run(["logout", "--everywhere", "--yes"], at.env)
    assert.strictEqual(code, 0, stderr)
    assert.include(stderr, "All LivePerson sessions of 1234567890 have ended.")
    assert.strictEqual((await run(["token"], at.env)).code, 3)
    await signIn()
    await editSession(at.sessionFile, { refreshToken: before.refreshToken, refreshAt: 0, expiresAt: 0 })
    assert.strictEqual((await run(["token"], at.env)).code, 3)
  })

  it("G5: the session here goes even if the call fails, and the failure is reported", async () => {
    await restore()
    await editSession(at.sessionFile, { sentinel: "http://127.0.0.1:1" })
    const { code, stderr } = await run(["logout", "--everywhere", "--yes"], {
      ...at.env,
      LE_AUTH_DOMAIN_API: "http://127.0.0.1:1"
    })
    assert.strictEqual(code, 6)
    assert.include(stderr, "not available")
    assert.strictEqual((await run(["token"], at.env)).code, 3)
  })
})
