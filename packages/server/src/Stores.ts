/**
 * Stores of your own, by promises: for an engine that `store` has no URL for, and for workers. `checkStores` of
 * `@le-auth/server/check` tells whether they keep their promises.
 *
 * Keys and values are text, which a store keeps as it is: keys differ in case, and are up to 1,000 characters long;
 * values are JSON in any language, mostly below 16,000 characters. An answer takes 5 seconds at most. What is not text,
 * `true` or `false` where that is expected is an error of the store, and so is a rejection; its message goes into the
 * log, unless it repeats a key or a value.
 *
 * With `sealKeys` the sessions and app tokens are sealed. Without, the tokens are in clear. Sign-ins and browsers hold
 * no secret: their ids are hashes.
 *
 * @since 0.1.0
 */

/**
 * The sessions. Their keys begin with the account and a slash.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionsStore {
  /** The value that was set last, or nothing. */
  readonly get: (key: string) => Promise<string | null | undefined>
  /**
   * Writes a value, in one step, if the stored one is exactly `over`; without `over` in any case. Says whether it
   * wrote. After `expiresAt`, in milliseconds since the epoch, the store may drop it.
   *
   * In SQL that is `UPDATE … WHERE key = … AND value = …`, and whether a row was changed. No get before a set: between
   * the two, another process may write newer tokens.
   */
  readonly set: (
    key: string,
    value: string,
    options: { readonly over: string | undefined; readonly expiresAt: number }
  ) => Promise<boolean>
  /**
   * Removes a value, in one step, if it is exactly `only`; without `only` in any case. Says whether it removed it;
   * without `only` that makes no difference.
   */
  readonly remove: (key: string, options: { readonly only: string | undefined }) => Promise<boolean>
  /** The keys of all sessions of an account, and of no other. */
  readonly list: (accountId: string) => Promise<Iterable<string>>
}

/**
 * The sign-ins that are under way.
 *
 * @category models
 * @since 0.1.0
 */
export interface TransactionsStore {
  /** Keeps a value until `expiresAt`, in milliseconds since the epoch. */
  readonly put: (id: string, value: string, options: { readonly expiresAt: number }) => Promise<void>
  /**
   * Gives a value and removes it, in one step: of any number of callers, one gets it. In SQL that is
   * `DELETE … RETURNING value`, in Redis `GETDEL`.
   */
  readonly take: (id: string) => Promise<string | null | undefined>
}

/**
 * Which browser has which session.
 *
 * @category models
 * @since 0.1.0
 */
export interface BrowsersStore {
  /** Keeps a value until `expiresAt`, in milliseconds since the epoch. */
  readonly put: (id: string, value: string, options: { readonly expiresAt: number }) => Promise<void>
  /** The value, or nothing. */
  readonly get: (id: string) => Promise<string | null | undefined>
  /** Removes a value. To remove what is not there succeeds. */
  readonly remove: (id: string) => Promise<void>
}

/**
 * The tokens of the application itself, one for each account. A token that is lost costs one request, so without this
 * part each process keeps its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppTokensStore {
  /** The value that was set last, or nothing. */
  readonly get: (key: string) => Promise<string | null | undefined>
  /** Writes a value, whatever was there. After `expiresAt`, in milliseconds since the epoch, the store may drop it. */
  readonly set: (key: string, value: string, options: { readonly expiresAt: number }) => Promise<void>
  /** Removes a value. To remove what is not there succeeds. */
  readonly remove: (key: string) => Promise<void>
}

/**
 * One refresh at a time for each session, and one request at a time for each app token, in all processes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lock {
  /**
   * Runs one after the other what has the same key, and gives back its result. Different keys do not wait for each
   * other, so a lock that keeps a connection for as long as `run` takes needs as many as there are refreshes at once. A
   * holder that died must let go, such as by a time that the lock has.
   *
   * A caller waits for 2 minutes at most. `run` does nothing after that, and nothing when it is called again.
   */
  readonly withLock: <A>(key: string, run: () => Promise<A>) => Promise<A>
}

/**
 * All of them. `appTokens` may be left out.
 *
 * @example
 * ```ts
 * import type { CustomStores } from "@le-auth/server"
 *
 * // For one process, whose users sign in again when it starts again. Yours has a database in place of the maps.
 * const sessions = new Map<string, string>()
 * const transactions = new Map<string, string>()
 * const browsers = new Map<string, string>()
 * const turns = new Map<string, Promise<unknown>>()
 *
 * export const store: CustomStores = {
 *   sessions: {
 *     get: async (key) => sessions.get(key),
 *     set: async (key, value, { over }) => {
 *       if (over !== undefined && sessions.get(key) !== over) return false
 *       sessions.set(key, value)
 *       return true
 *     },
 *     remove: async (key, { only }) => (only === undefined || sessions.get(key) === only) && sessions.delete(key),
 *     list: async (accountId) => [...sessions.keys()].filter((key) => key.startsWith(`${accountId}/`))
 *   },
 *   transactions: {
 *     put: async (id, value) => void transactions.set(id, value),
 *     take: async (id) => {
 *       const value = transactions.get(id)
 *       transactions.delete(id)
 *       return value
 *     }
 *   },
 *   browsers: {
 *     put: async (id, value) => void browsers.set(id, value),
 *     get: async (id) => browsers.get(id),
 *     remove: async (id) => void browsers.delete(id)
 *   },
 *   lock: {
 *     withLock: (key, run) => {
 *       const turn = (turns.get(key) ?? Promise.resolve()).then(run)
 *       turns.set(key, turn.catch(() => {}))
 *       return turn
 *     }
 *   }
 * }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomStores {
  readonly sessions: SessionsStore
  readonly transactions: TransactionsStore
  readonly browsers: BrowsersStore
  readonly lock: Lock
  /** Only for an application that acts for itself, in several processes. Default: the memory of each process. */
  readonly appTokens?: AppTokensStore | undefined
}
