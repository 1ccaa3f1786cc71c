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
import * as Schema from "effect/Schema"
import * as PrivateDocument from "./PrivateDocument.ts"

const version = 1

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
  /** What is not readable is no session: a damaged file must not keep anybody from signing in again. */
  const parse = Effect.fnUntraced(function* (text: string | undefined) {
    const sessions: Sessions = new Map()
    if (text === undefined) return sessions
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

  const document = PrivateDocument.make({
    name: "session file",
    path,
    parse,
    encode: (sessions) => encodeContent({ version, sessions: [...sessions.values()] })
  })

  return {
    get: (key) => Effect.map(document.read, (sessions) => Option.fromUndefinedOr(sessions.get(key.toString()))),
    set: (session) => document.update((sessions) => sessions.set(session.key.toString(), session)),
    remove: (key) => document.update((sessions) => (sessions.delete(key.toString()) ? sessions : undefined)),
    list: (accountId) =>
      Effect.map(document.read, (sessions) =>
        Array.from(sessions.values(), (session) => session.key).filter((key) => key.accountId === accountId)
      )
  }
}

/**
 * Keeps the sessions in the file at `path`, as JSON.
 *
 * The file is private and may be changed by any number of processes, see `PrivateDocument.make`. Damaged content counts as no
 * session, with a warning in the log.
 *
 * The tokens are **not encrypted**: whoever can read the user's files has them. `SealedSessionStore` seals them.
 *
 * @since 0.1.0
 */
export const layerAt = (path: string): Layer.Layer<SessionStore> => Layer.sync(SessionStore, () => make(path))

/**
 * Fails, with what to do, if sessions could not be kept in the file at `path`: better before a sign-in than after it.
 *
 * @since 0.1.0
 */
export const checkWritable = (path: string): Effect.Effect<void, StoreError> =>
  PrivateDocument.checkWritable("session file", path)

/**
 * Where {@link layer} keeps the sessions: `$XDG_STATE_HOME/le-auth/sessions.json`, by default below `~/.local/state`, on
 * macOS below `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 *
 * @since 0.1.0
 */
export const defaultPath: Effect.Effect<string, StoreError> = PrivateDocument.defaultPath("sessions.json")

/**
 * Keeps the sessions at {@link defaultPath}, see {@link layerAt}.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, StoreError> = Layer.unwrap(Effect.map(defaultPath, layerAt))
