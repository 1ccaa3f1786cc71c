/**
 * Keeps sessions in a file of the user's.
 *
 * @since 0.1.0
 */
import * as Session from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Path from "node:path"
import * as KernelLock from "./internal/kernelLock.ts"
import { type FileProblem, readPrivate, writePrivate } from "./internal/privateFile.ts"
import { stateDirectory } from "./internal/stateDirectory.ts"

const version = 1

/** A change takes some milliseconds, so whoever waits longer waits for a process that is stopped. */
const patience = "10 seconds"

const Content = Schema.fromJsonString(
  Schema.Struct({ version: Schema.Literal(version), sessions: Schema.Array(Schema.Unknown) })
)
const decodeContent = Schema.decodeUnknownOption(Content)
const decodeSession = Schema.decodeUnknownOption(Session.Session)
const encodeContent = Schema.encodeSync(
  Schema.fromJsonString(Schema.Struct({ version: Schema.Literal(version), sessions: Schema.Array(Session.Session) }))
)

type Sessions = Map<string, Session.Session>

const make = (path: string): SessionStore["Service"] => {
  const failed = (operation: string) => (problem: FileProblem) =>
    new StoreError({
      store: `session file ${path}`,
      operation: `${operation}: ${problem.problem}`,
      ...(problem.cause === undefined ? {} : { cause: problem.cause })
    })

  /** What is not readable is no session: a damaged file must not keep anybody from signing in again. */
  const parse = Effect.fnUntraced(function* (text: string) {
    const sessions: Sessions = new Map()
    const content = decodeContent(text)
    if (Option.isNone(content)) {
      yield* Effect.logWarning(`The session file ${path} is not readable, so nobody is signed in.`)
      return sessions
    }
    for (const entry of content.value.sessions) {
      const session = decodeSession(entry)
      if (Option.isSome(session)) sessions.set(session.value.key.toString(), session.value)
      else yield* Effect.logWarning(`A session in the session file ${path} is not readable and does not count.`)
    }
    return sessions
  })

  const read = readPrivate(path).pipe(
    Effect.mapError(failed("read")),
    Effect.flatMap((text) => (text === undefined ? Effect.sync((): Sessions => new Map()) : parse(text)))
  )

  /** Reading and writing is one step for all processes; within this one everybody waits in a queue. */
  const lock = KernelLock.ofFile(`session file ${path}`, `${path}.lock`, patience)
  const queue = Semaphore.makeUnsafe(1)
  const update = (change: (sessions: Sessions) => boolean) => {
    const changed = Effect.gen(function* () {
      const sessions = yield* read
      if (!change(sessions)) return
      const text = encodeContent({ version, sessions: [...sessions.values()] })
      yield* Effect.mapError(writePrivate(path, `${text}\n`), failed("write"))
    })
    return Effect.flatMap(Clock.currentTimeMillis, (since) =>
      queue.withPermits(1)(KernelLock.holding(lock, since, Effect.uninterruptible(changed)))
    )
  }

  return {
    get: (key) => Effect.map(read, (sessions) => Option.fromUndefinedOr(sessions.get(key.toString()))),
    set: (session) => update((sessions) => sessions.set(session.key.toString(), session) === sessions),
    remove: (key) => update((sessions) => sessions.delete(key.toString())),
    list: (accountId) =>
      Effect.map(read, (sessions) =>
        Array.from(sessions.values(), (session) => session.key).filter((key) => key.accountId === accountId)
      )
  }
}

/**
 * Keeps the sessions in the file at `path`, as JSON.
 *
 * The file is readable and writable by its user only (0600, in a directory 0700; on Windows the user's directory protects
 * it), replaced as a whole by a rename, and never reached through a symbolic link. Damaged content counts as no session,
 * with a warning in the log.
 *
 * Any number of processes may change it at the same time, and none loses what another wrote: changes are made under a lock
 * that the kernel holds on the empty file `path.lock`, and that ends with its process. That takes a disk of this computer,
 * not a network file system.
 *
 * The tokens are **not encrypted**: whoever can read the user's files has them.
 *
 * @since 0.1.0
 */
export const layerAt = (path: string): Layer.Layer<SessionStore> => Layer.sync(SessionStore, () => make(path))

/**
 * Where {@link layer} keeps the sessions: `$XDG_STATE_HOME/le-auth/sessions.json`, by default below `~/.local/state`, on
 * macOS below `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 *
 * @since 0.1.0
 */
export const defaultPath: Effect.Effect<string, StoreError> = Effect.map(stateDirectory("session file"), (directory) =>
  Path.join(directory, "sessions.json")
)

/**
 * Keeps the sessions at {@link defaultPath}, see {@link layerAt}.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, StoreError> = Layer.unwrap(Effect.map(defaultPath, layerAt))
