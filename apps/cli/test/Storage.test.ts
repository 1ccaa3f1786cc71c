import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { startKeyring } from "../../../tools/keyring.ts"
import { editSession, type Environment, run, start, temporaryDirectory, world } from "./Cli.ts"

let at: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  at = await world()
})
afterAll(() => at.close())

/** The settings of a world, with a home of its own. */
const withHome = (home = temporaryDirectory(), env = at.env): Environment & { readonly XDG_STATE_HOME: string } => ({
  ...env,
  XDG_STATE_HOME: home
})
const kept = (env: Environment, file: string) => Path.join(env["XDG_STATE_HOME"]!, "le-auth", file)
const signIn = async (env: Environment) => {
  const result = await run(["login"], env)
  assert.strictEqual(result.code, 0, result.stderr)
  return result
}

// Each has a world of its own, whose port for the callback is one, so that none waits for the keychain that hangs.
describe.concurrent("the keychain", () => {
  it("H4: holds the key of what is kept; a copy of the files opens nothing", async () => {
    const [own, keyring] = [await world(), await startKeyring()]
    const env = { ...withHome(temporaryDirectory(), own.env), ...keyring.env }
    const { stderr } = await signIn(env)
    assert.notInclude(stderr, "warn")
    assert.strictEqual(Fs.readFileSync(kept(env, "seal-key"), "utf8"), "keychain\n")
    const status = await run(["status"], env)
    assert.include(status.stderr, "sealed with a key in the keychain")
    const token = await run(["token"], env)
    assert.strictEqual(token.code, 0, token.stderr)
    assert.notInclude(Fs.readFileSync(kept(env, "sessions.json"), "utf8"), token.stdout.trim())

    const copy = withHome(temporaryDirectory(), own.env)
    Fs.cpSync(env.XDG_STATE_HOME, copy.XDG_STATE_HOME, { recursive: true })
    const stolen = await run(["token"], copy)
    assert.strictEqual(stolen.code, 8)
    assert.strictEqual(stolen.stdout, "")
    assert.include(stolen.stderr, "there is no keychain service in this session")

    // The keychain goes away, and the session is not lost by that.
    const gone = await run(["token"], withHome(env.XDG_STATE_HOME, own.env))
    assert.strictEqual(gone.code, 8)
    assert.deepStrictEqual(await run(["token"], env), token)
    keyring.stop()
    await own.close()
  })

  it("that hangs does not hang the command: after ten seconds the key is in a file, with a warning", async () => {
    const folder = temporaryDirectory()
    let connections = 0
    const bus = Net.createServer((socket) => {
      connections += 1
      socket.resume().on("error", () => {})
    })
    await new Promise<void>((resolve) => bus.listen(Path.join(folder, "bus"), resolve))
    const own = await world()
    const env = {
      ...withHome(temporaryDirectory(), own.env),
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${Path.join(folder, "bus")}`
    }
    const { stderr } = await signIn(env)
    assert.include(stderr, "warn: Waiting for the keychain")
    assert.include(stderr, "warn: Sessions are sealed with a key in the file")
    assert.include(stderr, "the keychain did not answer within 10 seconds")
    // Decided once: later commands do not ask.
    const before = connections
    assert.isAbove(before, 0)
    assert.strictEqual((await run(["token"], env)).code, 0)
    assert.strictEqual(connections, before)
    bus.close()
    await own.close()
  })

  it("LE_AUTH_KEYCHAIN=off keeps the key in a file, and status says what that means", async () => {
    const own = await world()
    const env = { ...withHome(temporaryDirectory(), own.env), LE_AUTH_KEYCHAIN: "off" }
    assert.include((await signIn(env)).stderr, "the keychain is switched off")
    const { stderr } = await run(["status"], env)
    assert.include(stderr, `sealed with a key in ${kept(env, "seal-key")}, not in a keychain`)
    assert.strictEqual(Fs.statSync(kept(env, "seal-key")).mode & 0o777, 0o600)
    await own.close()
  })
})

describe("a home that cannot be used", () => {
  /** Root may write everywhere, so these run as another user where the tests run as root. */
  const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {}
  const runAsNobody = (args: ReadonlyArray<string>, env: Environment) => start(args, env, undefined, nobody).result
  const give = (path: string) => {
    if (nobody.uid === undefined) return
    Fs.chownSync(path, nobody.uid, nobody.uid)
    for (const name of Fs.statSync(path).isDirectory() ? Fs.readdirSync(path) : []) give(Path.join(path, name))
  }

  it("read-only, before the first sign-in: says so before a browser opens, with a remedy", async () => {
    const env = withHome()
    Fs.chmodSync(env.XDG_STATE_HOME, 0o555)
    const marker = Path.join(temporaryDirectory(), "opened")
    const { code, stderr, stdout } = await runAsNobody(["login"], { ...env, BROWSER: `touch ${marker}` })
    assert.strictEqual(code, 8)
    assert.strictEqual(stdout, "")
    assert.match(
      stderr,
      /EACCES: this user may not do that there; correct the owner and the permissions, or set XDG_STATE_HOME/
    )
    assert.notInclude(stderr, "    at ")
    assert.isFalse(Fs.existsSync(marker))
    assert.strictEqual((await runAsNobody(["status"], env)).code, 3)
  })

  it("read-only, after a sign-in: what is valid is still printed; what must be written says so", async () => {
    const env = withHome()
    await signIn(env)
    const { stdout } = await run(["token"], env)
    // As after some time, in which there was a refresh.
    await editSession(kept(env, "sessions.json"), { renewedAt: 0 })
    Fs.mkdirSync(kept(env, "locks"), { recursive: true, mode: 0o700 })
    Fs.chmodSync(env.XDG_STATE_HOME, 0o755)
    give(kept(env, ""))
    const lock = () => {
      for (const folder of ["locks", ""]) Fs.chmodSync(kept(env, folder), 0o500)
    }
    lock()
    assert.deepStrictEqual(await runAsNobody(["token"], env), { code: 0, stdout, stderr: "" })
    for (const args of [["forget"], ["refresh"], ["login"]]) {
      const { code, stderr } = await runAsNobody(args, env)
      assert.strictEqual(code, 8, stderr)
      assert.include(stderr, "or set XDG_STATE_HOME to a directory that can be written")
    }
    assert.deepStrictEqual(await runAsNobody(["token"], env), { code: 0, stdout, stderr: "" })

    // Due: what came could not be kept, so nothing is refreshed, and the old token works on.
    Fs.chmodSync(kept(env, ""), 0o700)
    await editSession(kept(env, "sessions.json"), { refreshAt: 0 })
    give(kept(env, ""))
    lock()
    const due = await runAsNobody(["token"], env)
    assert.deepStrictEqual([due.code, due.stdout], [0, stdout])
    assert.match(due.stderr, /warn: .*or set XDG_STATE_HOME to a directory that can be written/)
  })

  it("full since the tokens came: that they are not kept is a failure", async () => {
    const env = withHome()
    await signIn(env)
    const file = kept(env, "sessions.json")
    await editSession(file, { refreshAt: 0, renewedAt: 0 })
    const before = Fs.readFileSync(file, "utf8")

    // What is written first finds no place, as on a disk that has filled up since it was tried.
    const late = `${file}.tmp`
    Fs.mkdirSync(late)
    for (const args of [["refresh"], ["token"]]) {
      const { code, stderr } = await run(args, env)
      assert.strictEqual(code, 8, stderr)
      assert.include(stderr, "The new tokens could not be saved")
    }
    assert.strictEqual(Fs.readFileSync(file, "utf8"), before)
    Fs.rmdirSync(late)
    assert.strictEqual((await run(["refresh"], env)).code, 0)
  })

  it("below a file", async () => {
    const file = Path.join(temporaryDirectory(), "file")
    Fs.writeFileSync(file, "")
    const { code, stderr } = await run(["login"], withHome(Path.join(file, "state")))
    assert.strictEqual(code, 8)
    assert.match(stderr, /ENOTDIR: something on the way there is no directory/)
  })

  it("none at all", async () => {
    const { XDG_STATE_HOME: _, ...env } = at.env
    const { code, stderr } = await run(["login"], { ...env, HOME: "" })
    assert.strictEqual(code, 8)
    assert.include(stderr, "set HOME or XDG_STATE_HOME")
  })

  it("H3: what others can read is made private again, with a warning", async () => {
    const env = withHome()
    await signIn(env)
    for (const file of ["sessions.json", "seal-key"]) Fs.chmodSync(kept(env, file), 0o644)
    const { code, stderr } = await run(["token"], env)
    assert.strictEqual(code, 0)
    for (const file of ["sessions.json", "seal-key"]) {
      assert.include(stderr, `${kept(env, file)} was readable by others`)
      assert.strictEqual(Fs.statSync(kept(env, file)).mode & 0o777, 0o600)
    }
  })

  it("H8: a corrupt profile file counts as empty, with a warning; a changed seal key says what to do", async () => {
    const env = withHome()
    const settings = Path.join(temporaryDirectory(), ".env")
    Fs.writeFileSync(
      settings,
      Object.entries(at.env)
        .flatMap(([name, value]) => (name.startsWith("LE_AUTH") ? `${name}=${value}` : []))
        .join("\n")
    )
    const { XDG_STATE_HOME } = env
    const made = await run(["login", "--settings", settings, "--profile", "work"], {
      XDG_STATE_HOME,
      BROWSER: env["BROWSER"]!
    })
    assert.strictEqual(made.code, 0, made.stderr)

    const key = Fs.readFileSync(kept(env, "seal-key"), "utf8")
    Fs.writeFileSync(kept(env, "seal-key"), `${"x".repeat(43)}\n`)
    const locked = await run(["token"], { XDG_STATE_HOME })
    assert.strictEqual(locked.code, 8)
    assert.include(locked.stderr, "le-auth accounts remove work")
    Fs.writeFileSync(kept(env, "seal-key"), key)
    assert.strictEqual((await run(["token"], { XDG_STATE_HOME })).code, 0)

    Fs.writeFileSync(kept(env, "profiles.json"), "{")
    const broken = await run(["accounts", "list", "--json"], { XDG_STATE_HOME })
    assert.strictEqual(broken.code, 0, broken.stderr)
    assert.include(broken.stderr, "is not readable, so there are no profiles")
  })
})
