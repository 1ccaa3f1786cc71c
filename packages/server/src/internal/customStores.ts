/** The stores of a server over stores of people's own, which keep texts by promises. */
import type { AppTokenKey } from "@le-auth/core/AppToken"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import type { SealKeys } from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import type { Generation, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as AppTokenText from "@le-auth/core/shared/AppTokenText"
import * as SessionText from "@le-auth/core/shared/SessionText"
import { StoreError } from "@le-auth/core/StoreError"
import { Transaction } from "@le-auth/core/Transaction"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Persistence from "effect/persistence/Persistence"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { AppTokensStore, BrowsersStore, CustomStores, SessionsStore, TransactionsStore } from "../Stores.ts"
import * as Answers from "./customAnswers.ts"
import * as CustomLock from "./customLock.ts"

const methods = {
  sessions: ["get", "set", "remove", "list"],
  transactions: ["put", "take"],
  browsers: ["put", "get", "remove"],
  lock: ["withLock"],
  appTokens: ["get", "set", "remove"]
} as const

/** The parts that are there: one may be left out. */
const partsOf = (stores: CustomStores) =>
  Object.entries(methods).filter(([part]) => part !== "appTokens" || Predicate.isNotNullish(stores.appTokens))

/** What is missing in stores that JavaScript has written. */
export const problemsOf = (stores: CustomStores): ReadonlyArray<string> =>
  partsOf(stores).flatMap(([part, names]) => {
    const store: unknown = stores[part as keyof CustomStores]
    return names.flatMap((name) =>
      typeof (store as Record<string, unknown> | undefined)?.[name] === "function"
        ? []
        : [`${part}.${name} is not a function`]
    )
  })

const after = (time: Duration.Duration): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => now + Duration.toMillis(time))

const sessionStore = (sessions: SessionsStore) => {
  const name = "custom session store"
  const ask = Answers.asking(name)

  /** What cannot be read is none, and so is the session of another key: a store may take two keys for one. */
  const find = (key: SessionKey) =>
    Effect.map(
      ask("get", [key.toString()], () => sessions.get(key.toString()), Answers.text),
      Option.flatMap((text) =>
        SessionText.decode(text).pipe(
          Option.filter((session) => session.key.toString() === key.toString()),
          Option.map((session) => ({ session, text }))
        )
      )
    )
  /** The text that a change is made over: none if there is nothing to change. */
  const textOver = (key: SessionKey, generation: Generation | "any") =>
    generation === "any"
      ? Effect.succeedSome(undefined)
      : Effect.map(
          find(key),
          Option.flatMap(({ session, text }) => (session.generation === generation ? Option.some(text) : Option.none()))
        )

  return SessionStore.of({
    get: (key) =>
      Effect.map(
        find(key),
        Option.map(({ session }) => session)
      ),
    set: Effect.fnUntraced(function* (session, generation) {
      const found = yield* textOver(session.key, generation)
      if (Option.isNone(found)) return false
      const over = found.value
      const key = session.key.toString()
      const text = SessionText.encode(session)
      const expiresAt = yield* after(SessionText.keepFor)
      const wrote = yield* ask(
        "set",
        [key, text, over ?? ""],
        () => sessions.set(key, text, { over, expiresAt }),
        Answers.done
      )
      if (wrote || over !== undefined) return wrote
      return yield* new StoreError({
        store: name,
        operation: "set",
        problem: "it has not written, and compared nothing"
      })
    }),
    remove: Effect.fnUntraced(function* (sessionKey, generation) {
      const found = yield* textOver(sessionKey, generation)
      if (Option.isNone(found)) return false
      const only = found.value
      const key = sessionKey.toString()
      const removed = yield* ask("remove", [key, only ?? ""], () => sessions.remove(key, { only }), Answers.done)
      // What was not there is gone, too.
      return removed || only === undefined
    }),
    list: (accountId) =>
      ask(
        "list",
        [],
        () => sessions.list(accountId),
        (answer) => {
          const keys = Answers.texts(answer).flatMap((text) => Option.toArray(SessionText.keyOf(text)))
          if (keys.some((key) => key.accountId !== accountId)) throw new Error("it gave keys of another account")
          return keys
        }
      )
  })
}

const TransactionJson = Schema.fromJsonString(Transaction)
const encodeTransaction = Schema.encodeSync(TransactionJson)
const decodeTransaction = Schema.decodeOption(TransactionJson)

const transactionStore = (transactions: TransactionsStore) => {
  const ask = Answers.asking("custom transaction store")
  return TransactionStore.of({
    put: Effect.fnUntraced(function* (id, record, timeToLive) {
      const text = encodeTransaction(record)
      const expiresAt = yield* after(timeToLive)
      yield* ask("put", [id, text], () => transactions.put(id, text, { expiresAt }), Answers.nothing)
    }),
    take: (id) =>
      Effect.map(
        ask("take", [id], () => transactions.take(id), Answers.text),
        Option.flatMap(decodeTransaction)
      )
  })
}

/** The store may forget to drop it, and a browser must not stay signed in for that. */
const Kept = Schema.fromJsonString(
  Schema.Struct({ value: Schema.Record(Schema.String, Schema.Json), expiresAt: Schema.Finite })
)
const encodeKept = Schema.encodeUnknownSync(Kept)
const decodeKept = Schema.decodeOption(Kept)

/** For `BrowserSessions`, the only one that makes a store of it. Its keys are hashes of what browsers have. */
const backing = (browsers: BrowsersStore): Persistence.BackingPersistenceStore => {
  const ask = Answers.asking("custom browser session store")
  const asking = <A>(...request: Parameters<typeof ask<A>>) =>
    Effect.mapError(
      ask(...request),
      ({ cause, operation, problem }) => new Persistence.PersistenceError({ message: problem ?? operation, cause })
    )
  const get = Effect.fnUntraced(function* (id: string) {
    const found = yield* asking("get", [id], () => browsers.get(id), Answers.text)
    const now = yield* Clock.currentTimeMillis
    const kept = Option.filter(Option.flatMap(found, decodeKept), ({ expiresAt }) => expiresAt > now)
    return Option.getOrUndefined(kept)?.value
  })
  const put = Effect.fnUntraced(function* (
    id: string,
    value: object,
    timeToLive: Duration.Duration = SessionText.keepFor
  ) {
    const expiresAt = yield* after(timeToLive)
    const text = encodeKept({ value, expiresAt })
    yield* asking("put", [id, text], () => browsers.put(id, text, { expiresAt }), Answers.nothing)
  })
  return {
    get,
    set: put,
    remove: (id) => asking("remove", [id], () => browsers.remove(id), Answers.nothing),
    getMany: (ids) => Effect.forEach(ids, get),
    setMany: (entries) => Effect.forEach(entries, (entry) => put(...entry), { discard: true }),
    clear: Effect.fail(new Persistence.PersistenceError({ message: "a custom browser session store is not cleared" }))
  }
}

const appTokenStore = (tokens: AppTokensStore) => {
  const ask = Answers.asking("custom app token store")
  return AppTokenStore.AppTokenStore.of({
    /** What cannot be read, or is over, is none. So is the token of another key, as a store may take two for one. */
    get: Effect.fnUntraced(function* (key: AppTokenKey) {
      const id = key.toString()
      const found = yield* ask("get", [id], () => tokens.get(id), Answers.text)
      const token = Option.filter(Option.flatMap(found, AppTokenText.decode), ({ key }) => key.toString() === id)
      return yield* AppTokenText.unlessOver(token)
    }),
    set: Effect.fnUntraced(function* (token) {
      const id = token.key.toString()
      const text = AppTokenText.encode(token)
      const { expiresAt } = token
      yield* ask("set", [id, text], () => tokens.set(id, text, { expiresAt }), Answers.nothing)
    }),
    remove: (key) => ask("remove", [key.toString()], () => tokens.remove(key.toString()), Answers.nothing)
  })
}

/** What a server needs of its stores: the same as `NodeStores` of `@le-auth/node` gives. */
export type Stores =
  | TransactionStore
  | SessionStore
  | AppTokenStore.AppTokenStore
  | RefreshLock
  | Persistence.Persistence

/** The ports over stores of people's own. With `sealKeys` sessions and app tokens are sealed. */
export const layer = <E = never>(
  stores: CustomStores,
  options: {
    readonly sealKeys?: Layer.Layer<SealKeys, E> | undefined
    readonly lockTimeout?: Duration.Duration | undefined
  } = {}
): Layer.Layer<Stores, E> => {
  const { appTokens } = stores
  const sessions = Layer.sync(SessionStore, () => sessionStore(stores.sessions))
  const tokens = Predicate.isNullish(appTokens)
    ? AppTokenStore.layerMemory
    : Layer.sync(AppTokenStore.AppTokenStore, () => appTokenStore(appTokens))
  return Layer.mergeAll(
    Layer.sync(TransactionStore, () => transactionStore(stores.transactions)),
    options.sealKeys === undefined
      ? sessions
      : SealedSessionStore.layer.pipe(Layer.provide(sessions), Layer.provide(options.sealKeys)),
    options.sealKeys === undefined
      ? tokens
      : SealedAppTokenStore.layer.pipe(Layer.provide(tokens), Layer.provide(options.sealKeys)),
    CustomLock.layer(stores.lock, options.lockTimeout),
    Layer.provide(
      Persistence.layer,
      Layer.sync(Persistence.BackingPersistence, () => ({ make: () => Effect.succeed(backing(stores.browsers)) }))
    )
  )
}
