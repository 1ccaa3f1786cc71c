/**
 * Keeps sessions in a file of the user's.
 *
 * @since 0.1.0
 */
import * as Session from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RecordFile from "./internal/recordFile.ts"
import * as PrivateDocument from "./PrivateDocument.ts"

const { fileAt, put, remove } = RecordFile.make({
  kind: "session",
  member: "sessions",
  record: Session.Session,
  key: Session.SessionKey,
  otherwise: "no user is signed in"
})

type StoredSessions = RecordFile.Records<Session.Session>

const make = (path: string): SessionStore["Service"] => {
  const file = fileAt(path)
  const matches = ({ readable }: StoredSessions, key: Session.SessionKey, over: Session.Generation | "any") =>
    over === "any" || readable.get(key.toString())?.generation === over

  return {
    get: (key) => Effect.map(file.read, ({ readable }) => Option.fromUndefinedOr(readable.get(key.toString()))),
    set: (session, over) =>
      file.modify((sessions) =>
        matches(sessions, session.key, over) ? [true, put(sessions, session)] : [false, undefined]
      ),
    remove: (key, only) =>
      file.modify((sessions) => (matches(sessions, key, only) ? [true, remove(sessions, key)] : [false, undefined])),
    list: (accountId) =>
      Effect.map(file.read, ({ readable }) =>
        Array.from(readable.values(), (session) => session.key).filter((key) => key.accountId === accountId)
      )
  }
}

/**
 * Keeps the sessions in the file at `path`, as JSON.
 *
 * The file is private and may be changed by any number of processes, see `PrivateDocument.make`, which also says what
 * becomes of a damaged one and of one of a newer version. A session that is not readable does not count, with a warning
 * in the log, and stays in the file until a session is set or removed under its key.
 *
 * The tokens are **not encrypted**: access to the user's files is enough to read them. `SealedSessionStore` seals them.
 *
 * @example
 * ```ts
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as SessionFile from "@le-auth/node/SessionFile"
 * import * as Layer from "effect/Layer"
 *
 * const sessions = Layer.provide(SealedSessionStore.layer, SessionFile.layerAt("state/sessions.json"))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAt = (path: string): Layer.Layer<SessionStore> => Layer.sync(SessionStore, () => make(path))

/**
 * Fails, with what to do, if sessions could not be kept in the file at `path`: better before a sign-in than after it.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkWritable = (path: string): Effect.Effect<void, StoreError> =>
  Effect.andThen(
    PrivateDocument.checkWritable("session file", path),
    // Not if it is of a newer version.
    fileAt(path).modify(() => [undefined, undefined])
  )

/**
 * Where {@link layer} keeps the sessions: `$XDG_STATE_HOME/le-auth/sessions.json`, by default below `~/.local/state`,
 * on macOS below `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultPath: Effect.Effect<string, StoreError> = PrivateDocument.defaultPath("sessions.json")

/**
 * Keeps the sessions at {@link defaultPath}, see {@link layerAt}.
 *
 * @example
 * ```ts
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as SessionFile from "@le-auth/node/SessionFile"
 * import * as Layer from "effect/Layer"
 *
 * const sessions = Layer.provide(SealedSessionStore.layer, SessionFile.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, StoreError> = Layer.unwrap(Effect.map(defaultPath, layerAt))
