/** What LE_AUTH_STORE says, and what it means when the program or the store ends. */
import { assert, describe, it } from "@effect/vitest"
import { fetch } from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as PostgresDatabase from "../../../packages/node/test/PostgresDatabase.ts"
import * as RedisDatabase from "../../../packages/node/test/RedisDatabase.ts"
import { refusals } from "../../../packages/node/test/stores/refusals.ts"
import { cable } from "../../../packages/node/test/stores/Cable.ts"
import { browser, launch, place } from "./Program.ts"

const postgres = PostgresDatabase.ofThisFile()
const redis = RedisDatabase.ofThisFile()

const seal = { LE_AUTH_SEAL_KEYS: "a secret of forty-three characters or more...." }
const validUntil = (text: string) => /Token valid until<\/dt><dd><time datetime="([^"]+)"/.exec(text)?.[1] ?? ""

describe("a restart", () => {
  for (const [name, env] of [
    ["SQLite, as npm start has it", () => ({})],
    ["PostgreSQL", () => ({ ...seal, LE_AUTH_STORE: postgres.url })],
    ["Redis", () => ({ ...seal, LE_AUTH_STORE: redis.url })]
  ] as const) {
    it(`R65, F3: after kill -9 the user is still signed in, and the session refreshes: ${name}`, async () => {
      const here = await place()
      const user = browser(`http://localhost:${here.port}`)
      const first = launch(here, env())
      await first.ready
      const signedIn = await user.signIn()
      assert.include(signedIn.text, "You are signed in", signedIn.text)
      first.child.kill("SIGKILL")
      await first.ended

      const second = launch(here, env())
      await second.ready
      const after = await user.home()
      assert.include(after.text, "You are signed in")
      assert.strictEqual(validUntil(after.text), validUntil(signedIn.text))
      // Newer tokens are not asked for in the first seconds.
      const refreshed = async (): Promise<number> => {
        const { text } = await user.press("/session/refresh")
        assert.include(text, "You are signed in", text)
        return Date.parse(validUntil(text))
      }
      while ((await refreshed()) <= Date.parse(validUntil(signedIn.text))) await sleep(200)
      second.child.kill("SIGTERM")
      await second.ended
      assert.notInclude(second.output(), "ERROR")
    })
  }

  it("H1: what npm start keeps is for its user only, and no token is in it", async () => {
    const here = await place()
    const program = launch(here)
    await program.ready
    const user = browser(`http://localhost:${here.port}`)
    await user.signIn()
    program.child.kill("SIGKILL")
    await program.ended
    const folder = Path.join(here.folder, ".le-auth")
    assert.strictEqual(Fs.statSync(folder).mode & 0o777, 0o700)
    for (const file of Fs.readdirSync(folder)) {
      assert.strictEqual(Fs.statSync(Path.join(folder, file)).mode & 0o777, 0o600, file)
      // Sentinel's file names the grant type refresh_token.
      if (!file.startsWith("server.")) continue
      assert.notMatch(
        Fs.readFileSync(Path.join(folder, file), "latin1"),
        /refresh_?token"|access_?token"\s*:\s*"(?!1\.)/i,
        file
      )
    }
  })

  it("memory: forgets, and keeps no file", async () => {
    const here = await place()
    const program = launch(here, { LE_AUTH_STORE: "memory:" })
    await program.ready
    assert.include((await browser(`http://localhost:${here.port}`).signIn()).text, "You are signed in")
    assert.include(program.output(), "are forgotten when it stops")
    assert.deepStrictEqual(Fs.readdirSync(here.folder), [])
    program.child.kill("SIGTERM")
    await program.ended
  })
})

/** Silent from the first moment on: it takes a connection, and never answers. */
const silentServer = (scheme: string) =>
  Effect.gen(function* () {
    const line = yield* cable(`${scheme}://u@127.0.0.1:1`)
    yield* line.silence
    return line.url
  })

// They wait most of the time, for what a store does not answer.
describe.concurrent("a store that goes away", () => {
  for (const [name, database, failure] of [
    ["PostgreSQL", PostgresDatabase.make, "cut"],
    ["PostgreSQL", PostgresDatabase.make, "silence"],
    ["Redis", RedisDatabase.make, "cut"],
    ["Redis", RedisDatabase.make, "silence"]
  ] as const) {
    it.live(
      `R92, G6: ${name}, ${failure}: ready turns red, a page gets 503 in time, and all goes on by itself when it is back`,
      () =>
        Effect.gen(function* () {
          const url = yield* database
          const line = yield* cable(url)
          const here = yield* Effect.promise(() => place())
          const program = launch(here, { ...seal, LE_AUTH_STORE: line.url })
          yield* Effect.addFinalizer(() => Effect.sync(() => program.child.kill("SIGKILL")))
          yield* Effect.promise(() => program.ready)
          const origin = `http://localhost:${here.port}`
          const user = browser(origin)
          yield* Effect.promise(user.signIn)
          const readiness = (status: number) =>
            Effect.promise(async () => {
              while ((await fetch(`${origin}/health/ready`)).status !== status) continue
            })

          yield* line[failure]
          const from = performance.now()
          const [page] = yield* Effect.all([Effect.promise(user.home), readiness(503)], { concurrency: "unbounded" })
          assert.strictEqual(page.status, 503)
          // It takes five seconds. TCP itself waits for a quarter of an hour.
          assert.isBelow(performance.now() - from, 60_000)
          const { password } = new URL(url)
          if (password !== "") assert.notInclude(page.text + program.output(), password)

          yield* line.mend
          yield* readiness(200)
          assert.include((yield* Effect.promise(user.home)).text, "You are signed in")

          yield* line[failure]
          yield* readiness(503)
          program.child.kill("SIGTERM")
          yield* Effect.promise(() => program.ended)
        })
    )
  }
})

describe("a store that reads and cannot write", () => {
  for (const { engine, store, words } of refusals) {
    it.live(`R92: ready turns red, /login is 503, the log says why, and all goes on by itself: ${engine}`, () =>
      Effect.gen(function* () {
        const { allow, refuse, url } = yield* store
        const here = yield* Effect.promise(() => place())
        const program = launch(here, { ...seal, LE_AUTH_STORE: url })
        yield* Effect.addFinalizer(() => Effect.sync(() => program.child.kill("SIGKILL")))
        yield* Effect.promise(() => program.ready)
        const origin = `http://localhost:${here.port}`
        const ready = () => fetch(`${origin}/health/ready`)
        const becomes = (status: number) =>
          Effect.promise(async () => {
            for (;;) {
              const answer = await ready()
              if (answer.status === status) return answer.text()
              await answer.text()
              await sleep(100)
            }
          })
        yield* becomes(200)

        yield* refuse
        const from = performance.now()
        // A connection that was ended says so first.
        let reason = ""
        while (!reason.includes(words)) reason = yield* becomes(503)
        // It takes seven seconds at most, which the clock of a test shows in packages/web; a busy machine takes longer.
        assert.isBelow(performance.now() - from, 60_000)
        const login = yield* Effect.promise(() => fetch(`${origin}/login`, { redirect: "manual" }))
        const page = yield* Effect.promise(() => login.text())
        assert.strictEqual(login.status, 503)
        assert.notInclude(page, words)
        const reference = /Reference: (\w+)/.exec(page)?.[1] ?? ""
        const line = program
          .output()
          .split("\n")
          .find((text) => text.includes(`reference ${reference}`))
        assert.include(program.output(), words)
        assert.isDefined(line, "the page's reference is in the log")
        assert.strictEqual((yield* Effect.promise(() => fetch(`${origin}/health/live`))).status, 200)

        yield* allow
        yield* becomes(200)
        const user = browser(origin)
        assert.include((yield* Effect.promise(user.signIn)).text, "You are signed in")
        program.child.kill("SIGTERM")
        yield* Effect.promise(() => program.ended)
      })
    )
  }
})

describe("LE_AUTH_STORE that cannot be used", () => {
  const said = async (env: Record<string, string>) => {
    const program = launch(await place(), env)
    program.ready.catch(() => undefined)
    assert.strictEqual(await program.ended, 1)
    assert.notInclude(program.output(), "planted")
    return program.output()
  }

  it("is a message among the others, without what was given", async () => {
    const all = await said({ PORT: "x", LE_AUTH_STORE: "mysql://planted" })
    assert.include(all, "PORT: ")
    assert.notInclude(all, "    at ")
    assert.include(all, "LE_AUTH_STORE: is none of memory:, sqlite:PATH")
  })

  it("R95: an unknown parameter of its URL is refused by name", async () => {
    for (const url of ["postgres://u@h/d?colour=planted", "redis://h?colour=planted"]) {
      assert.include(await said({ ...seal, LE_AUTH_STORE: url }), "LE_AUTH_STORE: has the parameter colour")
    }
  })

  it("H1: a database needs seal keys, and production does everywhere", async () => {
    for (const env of [
      { LE_AUTH_STORE: "postgres://u:planted@h/d" },
      { LE_AUTH_STORE: "redis://:planted@h" },
      { NODE_ENV: "production" }
    ]) {
      assert.match(await said(env), /LE_AUTH_SEAL_KEYS is missing: .*openssl rand -base64 32 makes one/)
    }
  })

  it.live("G6: a server that takes connections and never answers is a message within seconds", () =>
    Effect.forEach(
      ["postgres", "redis"],
      Effect.fnUntraced(function* (scheme) {
        const url = yield* silentServer(scheme)
        const from = performance.now()
        const output = yield* Effect.promise(() => said({ ...seal, LE_AUTH_STORE: url }))
        assert.include(output, `${scheme}://u@127.0.0.1:${new URL(url).port}`)
        assert.include(output, " cannot be used: ")
        assert.isBelow(performance.now() - from, 60_000)
      }),
      { concurrency: "unbounded", discard: true }
    )
  )

  it("a server that is not there is a message that names it", async () => {
    assert.include(
      await said({ ...seal, LE_AUTH_STORE: "postgres://u:planted@127.0.0.1:1/d" }),
      "postgres://u@127.0.0.1:1/d cannot be used: connect ECONNREFUSED"
    )
    assert.include(
      await said({ ...seal, LE_AUTH_STORE: "redis://u:planted@127.0.0.1:1" }),
      "redis://u@127.0.0.1:1 cannot be used: connect ECONNREFUSED"
    )
  })
})
