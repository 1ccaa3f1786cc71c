import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import { type Session, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as PrivateDocument from "@le-auth/node/PrivateDocument"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll } from "vitest"
import { startAll } from "./Processes.ts"
import { account, directory, key, session } from "./Samples.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-sessions-"))
afterAll(() => Fs.rmSync(root, { recursive: true }))

/** Runs with the session file of a directory, and gives what was logged, too. */
const at = <A, E>(path: string, use: (store: SessionStore["Service"]) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const logged: Array<string> = []
    const logger = Logger.map(Logger.formatLogFmt, (line) => void logged.push(line))
    const value = yield* SessionStore.use(use).pipe(
      Effect.provide(Layer.merge(SessionFile.layerAt(path), Logger.layer([logger])))
    )
    return { value, logged: logged.join("\n") }
  })

const token = (found: Option.Option<Session>) => Option.map(found, ({ accessToken }) => Redacted.value(accessToken))

const shared = Path.join(root, "sessions.json")
const contract = SessionFile.layerAt(shared)

/** Changes what the file has of a session. */
const changeEntry = (change: (entry: Record<string, unknown>) => void) => (of: SessionKey) =>
  Effect.sync(() => {
    const content = JSON.parse(Fs.readFileSync(shared, "utf8"))
    for (const entry of content.sessions) if (new SessionKey(entry.key).toString() === of.toString()) change(entry)
    Fs.writeFileSync(shared, JSON.stringify(content))
  })

SessionStoreSuite.suite("SessionFile, twice on one file", contract, {
  live: true,
  second: contract,
  runs: 10,
  timeout: "100 seconds",
  // All that such a file knows of time.
  elapse: (duration) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const age = (now - Duration.toMillis(duration)) / 1000
      Fs.utimesSync(shared, age, age)
    }),
  corrupt: changeEntry((entry) => (entry["accessToken"] = 7)),
  legacy: changeEntry((entry) => {
    delete entry["generation"]
    delete entry["renewedAt"]
  })
})

describe("SessionFile", () => {
  it.effect("keeps, replaces, lists and removes sessions, across processes", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "le-auth", "sessions.json")
      yield* at(path, (store) =>
        Effect.all([
          store.set(session("a"), "any"),
          store.set(session("b"), "any"),
          store.set(session("a", AccountId.make("le1")), "any"),
          store.set(session("a", undefined, "new"), "any")
        ])
      )
      yield* at(path, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(token(yield* store.get(key("a"))), Option.some("new"))
          assert.deepStrictEqual(yield* store.get(key("b")), Option.some(session("b")))
          assert.deepStrictEqual(yield* store.get(key("c")), Option.none())
          assert.sameDeepMembers([...(yield* store.list(account))], [key("a"), key("b")])
          yield* store.remove(key("c"), "any")
          yield* store.remove(key("a"), "any")
          assert.deepStrictEqual(yield* store.get(key("a")), Option.none())
        })
      )
    })
  )

  it.effect("H7: a session is not found through another account's key", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      yield* at(path, (store) => store.set(session("a"), "any"))
      const { value } = yield* at(path, (store) => store.get(key("a", AccountId.make("87654321"))))
      assert.deepStrictEqual(value, Option.none())
    })
  )

  it.live("F4: changes of three processes and of two layers in this one are not lost", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      const subjects = (who: string) => Array.from({ length: 20 }, (_, index) => `${who}-${index}`)
      const others = ["one", "two", "three"].map(
        (who) => ({ _tag: "KeepSessions", file: path, subjects: subjects(who) }) as const
      )
      const processes = yield* startAll(others)
      yield* Effect.forEach(processes, ({ go }) => go)
      const here = (who: string) =>
        at(path, (store) =>
          Effect.forEach(subjects(who), (subject) => store.set(session(subject), "any"), { concurrency: 4 })
        )
      yield* Effect.all([here("here"), here("there")], { concurrency: "unbounded" })
      for (const { result } of processes) assert.strictEqual(yield* result, "kept")
      const { value } = yield* at(path, (store) => store.list(account))
      assert.sameMembers(
        value.map(({ subject }): string => subject),
        ["one", "two", "three", "here", "there"].flatMap(subjects)
      )
    })
  )

  it.live("who waits for a change of another process can be interrupted, and changes nothing", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      const other = new DatabaseSync(`${path}.lock`)
      other.exec("BEGIN IMMEDIATE")
      yield* Effect.timeout(
        at(path, (store) => store.set(session("a"), "any")),
        "50 millis"
      ).pipe(Effect.flip)
      other.close()
      yield* at(path, (store) => store.set(session("b"), "any"))
      assert.deepStrictEqual((yield* at(path, (store) => store.list(account))).value, [key("b")])
    })
  )

  it.effect("what a crash left of a write is replaced, and does not pile up", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      yield* at(path, (store) => store.set(session("a"), "any"))
      Fs.writeFileSync(`${path}.tmp`, "half a sess")
      assert.isTrue(Option.isSome((yield* at(path, (store) => store.get(key("a")))).value))
      yield* at(path, (store) => store.set(session("b"), "any"))
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["sessions.json", "sessions.json.lock"])
    })
  )

  it.effect("H3: the file is 0600 in a directory 0700, and nothing else is left there", () =>
    Effect.gen(function* () {
      const parent = Path.join(yield* directory, "le-auth")
      const path = Path.join(parent, "sessions.json")
      Fs.mkdirSync(parent, { mode: 0o755 })
      yield* at(path, (store) => store.set(session("a"), "any"))
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(Fs.statSync(parent).mode & 0o777, 0o700)
      assert.deepStrictEqual(Fs.readdirSync(parent), ["sessions.json", "sessions.json.lock"])
      assert.strictEqual(Fs.statSync(`${path}.lock`).mode & 0o777, 0o600)
    })
  )

  it.effect("H3: permissions that were loosened are tightened, loudly", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      yield* at(path, (store) => store.set(session("a"), "any"))
      Fs.chmodSync(path, 0o644)
      const { logged, value } = yield* at(path, (store) => store.get(key("a")))
      assert.isTrue(Option.isSome(value))
      assert.include(logged, "was readable by others")
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
    })
  )

  it.effect("H3: a directory for all users, such as /tmp, stays for all users", () =>
    Effect.gen(function* () {
      const parent = Path.join(yield* directory, "tmp")
      const path = Path.join(parent, "sessions.json")
      Fs.mkdirSync(parent)
      Fs.chmodSync(parent, 0o1777)
      yield* at(path, (store) => store.set(session("a"), "any"))
      assert.strictEqual(Fs.statSync(parent).mode & 0o7777, 0o1777)
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
    })
  )

  it.effect("H3: symbolic links are refused, for the file and for its directory", () =>
    Effect.gen(function* () {
      const root = yield* directory
      Fs.mkdirSync(Path.join(root, "real"))
      Fs.writeFileSync(Path.join(root, "real", "target"), "untouched")
      Fs.symlinkSync(Path.join(root, "real"), Path.join(root, "link"))
      Fs.symlinkSync(Path.join(root, "real", "target"), Path.join(root, "sessions.json"))
      for (const path of [Path.join(root, "link", "sessions.json"), Path.join(root, "sessions.json")]) {
        for (const operation of [
          (store: SessionStore["Service"]) => Effect.asVoid(store.set(session("a"), "any")),
          (store: SessionStore["Service"]) => Effect.asVoid(store.get(key("a")))
        ]) {
          const error = yield* Effect.flip(at(path, operation))
          assert.strictEqual(error._tag, "StoreError")
          assert.include(error.message, "is a symbolic link, which is refused")
        }
      }
      assert.strictEqual(Fs.readFileSync(Path.join(root, "real", "target"), "utf8"), "untouched")
      assert.deepStrictEqual(Fs.readdirSync(Path.join(root, "real")), ["target"])
    })
  )

  it.effect("H8: what is not readable is not a session, causes a warning, and can be replaced", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      yield* at(path, (store) => store.set(session("a"), "any"))
      const good = Fs.readFileSync(path, "utf8")
      const { sessions } = JSON.parse(good)
      for (const text of [
        "",
        "{",
        "null",
        "[]",
        "\u0000\uffff",
        good.slice(0, -20),
        JSON.stringify({ version: 0, sessions }),
        JSON.stringify({ sessions }),
        JSON.stringify({ version: 1, sessions: [{ ...sessions[0], accessToken: 7 }] })
      ]) {
        Fs.writeFileSync(path, text)
        const { logged, value } = yield* at(path, (store) => store.get(key("a")))
        assert.deepStrictEqual(value, Option.none(), text)
        assert.include(logged, "WARN")
        assert.notInclude(logged, "token-of")
        yield* at(path, (store) => store.set(session("a"), "any"))
        assert.isTrue(Option.isSome((yield* at(path, (store) => store.get(key("a")))).value))
      }
    })
  )

  it.effect("H8: a damaged file is kept aside before the first write, beside those of before, and that is said", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      const damaged = ["{ planted", '{"version":1}']
      for (const text of damaged) {
        Fs.writeFileSync(path, text)
        // What writes nothing moves nothing.
        yield* at(path, (store) => Effect.all([store.get(key("a")), store.remove(key("a"), "any")]))
        const none = yield* at(path, (store) => store.set(session("a"), session("a").generation))
        assert.isFalse(none.value)
        assert.strictEqual(Fs.readFileSync(path, "utf8"), text)
        const { logged, value } = yield* at(path, (store) => store.set(session("a"), "any"))
        assert.isTrue(value)
        assert.include(logged, `${path}.unreadable`)
        assert.notInclude(logged, "planted")
      }
      assert.strictEqual(Fs.readFileSync(`${path}.unreadable`, "utf8"), damaged[0])
      assert.strictEqual(Fs.readFileSync(`${path}.unreadable-2`, "utf8"), damaged[1])
      const { logged, value } = yield* at(path, (store) => store.get(key("a")))
      assert.isTrue(Option.isSome(value))
      assert.strictEqual(logged, "")
    })
  )

  it.effect("H8: a file of a newer version reads as if no user were signed in, and no change is made to it", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      for (const newer of ['{"version":2,"sessions":[]}', '{"version":1.5,"planted":[]}', '{"version":99}']) {
        Fs.writeFileSync(path, newer)
        const read = yield* at(path, (store) => store.get(key("a")))
        assert.deepStrictEqual(read.value, Option.none())
        assert.include(read.logged, "was written by a newer le-auth, so no user is signed in")
        for (const change of [
          (store: SessionStore["Service"]) => store.set(session("a"), "any"),
          (store: SessionStore["Service"]) => store.set(session("a"), session("a").generation),
          (store: SessionStore["Service"]) => store.remove(key("a"), "any")
        ]) {
          const error = yield* Effect.flip(at(path, change))
          assert.instanceOf(error, PrivateDocument.NewerDocument)
          assert.strictEqual(error._tag, "StoreError")
          assert.include(error.message, `${path} was written by a newer le-auth, so this one does not change it`)
          assert.notInclude(error.message, "Try again")
        }
        assert.strictEqual(Fs.readFileSync(path, "utf8"), newer)
      }
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["sessions.json", "sessions.json.lock"])
    })
  )

  it.effect("H8: what is not readable of a file stays in it, until its own key is set or removed", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      const entry = { key: { ...key("odd") }, accessToken: 7, of: "a later version" }
      const others = [{ key: "planted" }, 7, null]
      const entries = () => JSON.parse(Fs.readFileSync(path, "utf8")).sessions as ReadonlyArray<unknown>
      Fs.writeFileSync(path, JSON.stringify({ version: 1, sessions: [entry, ...others] }))
      yield* at(path, (store) => store.set(session("a"), "any"))
      yield* at(path, (store) => store.set(session("a", undefined, "new"), session("a").generation))
      yield* at(path, (store) => store.remove(key("b"), "any"))
      assert.deepStrictEqual(entries().slice(1), [entry, ...others])
      yield* at(path, (store) => store.remove(key("a"), "any"))
      assert.deepStrictEqual(entries(), [entry, ...others])
      yield* at(path, (store) => store.set(session("odd"), "any"))
      assert.deepStrictEqual(entries().slice(1), others)
    })
  )

  it.effect("H8: one unreadable session does not take the others along", () =>
    Effect.gen(function* () {
      const path = Path.join(yield* directory, "sessions.json")
      yield* at(path, (store) => store.set(session("a"), "any"))
      const content = JSON.parse(Fs.readFileSync(path, "utf8"))
      Fs.writeFileSync(path, JSON.stringify({ ...content, sessions: [{ key: "old" }, ...content.sessions] }))
      assert.isTrue(Option.isSome((yield* at(path, (store) => store.get(key("a")))).value))
    })
  )

  it.effect("a place that cannot be written is a StoreError that names it", () =>
    Effect.gen(function* () {
      const root = yield* directory
      Fs.writeFileSync(Path.join(root, "file"), "")
      const path = Path.join(root, "file", "sessions.json")
      const error = yield* Effect.flip(at(path, (store) => store.set(session("a"), "any")))
      assert.include(error.message, path)
      assert.include(error.message, "EEXIST")
    })
  )

  it.effect("is in the user's state directory", () =>
    Effect.gen(function* () {
      const where = (env: Record<string, string>) =>
        Effect.provideService(SessionFile.defaultPath, ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
      assert.strictEqual(yield* where({ XDG_STATE_HOME: "/state", HOME: "/home/a" }), "/state/le-auth/sessions.json")
      if (process.platform === "linux") {
        assert.strictEqual(yield* where({ HOME: "/home/a" }), "/home/a/.local/state/le-auth/sessions.json")
      }
      assert.include((yield* Effect.flip(where({}))).message, "set HOME or XDG_STATE_HOME")
    })
  )
})
