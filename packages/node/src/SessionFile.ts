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

const decodeContent = Schema.decodeUnknownOption(
  Schema.Struct({ version: Schema.Literal(version), sessions: Schema.Array(Schema.Unknown) })
)
const decodeSession = Schema.decodeUnknownOption(Session.Session)
const decodeKey = Schema.decodeUnknownOption(Schema.Struct({ key: Session.SessionKey }))
const encodeSession = Schema.encodeSync(Session.Session)

interface StoredSessions {
  readonly sessions: ReadonlyMap<string, Session.Session>
  /** What is not readable does not count as a session, but stays in the file until its key is set or removed. */
  readonly unreadable: ReadonlyArray<unknown>
}

const empty: StoredSessions = { sessions: new Map(), unreadable: [] }

const decode = (path: string) =>
  Effect.fnUntraced(function* (document: unknown) {
    const content = decodeContent(document)
    if (Option.isNone(content)) return Option.none()
    const sessions = new Map<string, Session.Session>()
    const unreadable: Array<unknown> = []
    for (const entry of content.value.sessions) {
      const session = decodeSession(entry)
      if (Option.isSome(session)) sessions.set(session.value.key.toString(), session.value)
      else {
        unreadable.push(entry)
        yield* Effect.logWarning(`A session in the session file ${path} is not readable and does not count.`)
      }
    }
    return Option.some<StoredSessions>({ sessions, unreadable })
  })

const encode = ({ sessions, unreadable }: StoredSessions): string =>
  JSON.stringify({
    version,
    sessions: [...Array.from(sessions.values(), (session) => encodeSession(session)), ...unreadable]
  })

/** Without the session of a key, readable or not. */
const without = (content: StoredSessions, key: Session.SessionKey): StoredSessions => {
  const isOther = (entry: unknown) => {
    const found = decodeKey(entry)
    return Option.isNone(found) || found.value.key.toString() !== key.toString()
  }
  const sessions = new Map(content.sessions)
  sessions.delete(key.toString())
  return { sessions, unreadable: content.unreadable.filter(isOther) }
}

const documentAt = (path: string) =>
  PrivateDocument.make<StoredSessions>({
    name: "session file",
    path,
    version,
    empty,
    otherwise: "no user is signed in",
    decode: decode(path),
    encode
  })

const make = (path: string): SessionStore["Service"] => {
  const document = documentAt(path)
  const matches = ({ sessions }: StoredSessions, key: Session.SessionKey, over: Session.Generation | "any") =>
    over === "any" || sessions.get(key.toString())?.generation === over

  return {
    get: (key) => Effect.map(document.read, ({ sessions }) => Option.fromUndefinedOr(sessions.get(key.toString()))),
    set: (session, over) =>
      document.modify((content) => {
        if (!matches(content, session.key, over)) return [false, undefined]
        const { sessions, unreadable } = without(content, session.key)
        return [true, { sessions: new Map([...sessions, [session.key.toString(), session]]), unreadable }]
      }),
    remove: (key, only) =>
      document.modify((content) => {
        if (!matches(content, key, only)) return [false, undefined]
        const rest = without(content, key)
        const isSame =
          rest.sessions.size === content.sessions.size && rest.unreadable.length === content.unreadable.length
        return [true, isSame ? undefined : rest]
      }),
    list: (accountId) =>
      Effect.map(document.read, ({ sessions }) =>
        Array.from(sessions.values(), (session) => session.key).filter((key) => key.accountId === accountId)
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
    documentAt(path).modify(() => [undefined, undefined])
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
