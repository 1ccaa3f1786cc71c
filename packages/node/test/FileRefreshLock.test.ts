import { assert, describe, it } from "@effect/vitest"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { fakeSentinel, planted } from "./FakeSentinel.ts"
import { start, startAll } from "./Processes.ts"
import * as Samples from "./Samples.ts"

const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-locks-"))
afterAll(() => Fs.rmSync(root, { recursive: true }))

const lockTimeout = "6 seconds"
const shared = FileRefreshLock.layerAt(Path.join(root, "contract"), { timeout: lockTimeout })
// Short enough to wait for its end, and long enough for all others on a loaded machine.
const options = { live: true, lockTimeout, timeout: "100 seconds" } as const
// Within one process the wait has no end of its own: it lasts as long as the work inside.
RefreshLockSuite.suite("FileRefreshLock, alone", shared, { ...options, lockTimeout: undefined })
RefreshLockSuite.suite("FileRefreshLock, twice on one directory", shared, { ...options, second: shared })

const lockIn = <A, E>(
  directory: string,
  use: (lock: RefreshLock["Service"]) => Effect.Effect<A, E>,
  options?: FileRefreshLock.Options
) => RefreshLock.use(use).pipe(Effect.provide(FileRefreshLock.layerAt(directory, options)))

describe("FileRefreshLock", () => {
  it.live("F4: three processes on one session cause one refresh, and all get its token", () =>
    Effect.gen(function* () {
      const directory = yield* Samples.directory
      const file = Path.join(directory, "sessions.json")
      yield* Effect.provide(
        SessionStore.use((store) => store.set(Samples.session("agent"), "any")),
        SessionFile.layerAt(file)
      )
      const sentinel = yield* fakeSentinel
      // Long enough for all of them to find the session due, if nothing held them.
      sentinel.answering = new Promise((resolve) => setTimeout(resolve, 300))
      const work = { _tag: "AccessToken", file, directory, sentinel: sentinel.origin, subject: "agent" } as const
      const processes = yield* startAll([work, work, work])
      yield* Effect.forEach(processes, ({ go }) => go)
      const tokens = yield* Effect.forEach(processes, ({ result }) => result)
      assert.deepStrictEqual(
        tokens,
        Array.from({ length: 3 }, () => planted.accessToken)
      )
      assert.strictEqual(sentinel.tokenRequests.length, 1)
    })
  )

  it.live("F4: a process that is killed in the middle of a refresh releases the lock", () =>
    Effect.gen(function* () {
      const directory = yield* Samples.directory
      const holder = yield* start({ _tag: "Hold", directory, key: "one" })
      yield* holder.go
      yield* holder.said("holding")
      let entered = false
      const waiter = yield* Effect.forkScoped(
        lockIn(directory, (lock) =>
          lock.withLock(
            "one",
            Effect.sync(() => (entered = true))
          )
        )
      )
      yield* lockIn(directory, (lock) => lock.withLock("another", Effect.void))
      yield* Effect.sleep("100 millis")
      assert.isFalse(entered)
      yield* holder.kill
      yield* Fiber.join(waiter)
      assert.isTrue(entered)
    })
  )

  it.live("who waits too long for another process gets a StoreError that says so", () =>
    Effect.gen(function* () {
      const directory = yield* Samples.directory
      const holder = yield* start({ _tag: "Hold", directory, key: "one" })
      yield* holder.go
      yield* holder.said("holding")
      const patient = (lock: RefreshLock["Service"]) => lock.withLock("one", Effect.die("entered"))
      const errors = yield* lockIn(
        directory,
        (lock) =>
          Effect.all(
            [1, 2, 3].map(() => Effect.flip(patient(lock))),
            { concurrency: "unbounded" }
          ),
        { timeout: "100 millis" }
      )
      for (const error of errors) {
        assert.strictEqual(error._tag, "StoreError")
        assert.include(error.message, "waited 100ms for another process that holds it")
        assert.include(error.message, directory)
      }
    })
  )

  it.live("H3: keys are not file names, files are 0600 in a directory 0700, and go with their lock", () =>
    Effect.gen(function* () {
      const directory = Path.join(yield* Samples.directory, "a", "locks")
      const seen = yield* lockIn(directory, (lock) =>
        lock.withLock(
          "../12345678/planted-subject",
          Effect.sync(() =>
            Fs.readdirSync(directory).map((name) => ({ name, mode: Fs.statSync(Path.join(directory, name)).mode }))
          )
        )
      )
      assert.strictEqual(Fs.statSync(directory).mode & 0o777, 0o700)
      assert.strictEqual(seen.length, 2)
      for (const { mode, name } of seen) {
        assert.match(name, /^(gate|[\da-f]{64})$/)
        assert.strictEqual(mode & 0o777, 0o600)
      }
      assert.deepStrictEqual(Fs.readdirSync(directory), ["gate"])
      assert.strictEqual(Fs.statSync(Path.join(directory, "gate")).size, 0)
    })
  )

  it.live("H3: symbolic links are refused", () =>
    Effect.gen(function* () {
      const directory = yield* Samples.directory
      Fs.writeFileSync(Path.join(directory, "target"), "untouched")
      Fs.mkdirSync(Path.join(directory, "locks"))
      Fs.symlinkSync(Path.join(directory, "target"), Path.join(directory, "locks", "gate"))
      const error = yield* Effect.flip(
        lockIn(Path.join(directory, "locks"), (lock) => lock.withLock("one", Effect.void))
      )
      assert.include(error.message, "is a symbolic link, which is refused")
      assert.strictEqual(Fs.readFileSync(Path.join(directory, "target"), "utf8"), "untouched")
    })
  )

  it.live("a place that cannot be used is a StoreError that names it", () =>
    Effect.gen(function* () {
      const directory = yield* Samples.directory
      Fs.writeFileSync(Path.join(directory, "file"), "")
      const error = yield* Effect.flip(
        lockIn(Path.join(directory, "file", "locks"), (lock) => lock.withLock("one", Effect.void))
      )
      assert.include(error.message, Path.join(directory, "file"))
      assert.include(error.message, "ENOTDIR")
    })
  )
})
