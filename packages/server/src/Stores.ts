/**
 * Stores of your own, by promises. `checkStores` of `@le-auth/server/check` tells whether they keep their promises.
 *
 * Keys and values are text, which a store keeps as it is. With `sealKeys` the values are sealed.
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
  readonly get: (key: string) => Promise<string | null | undefined>
  /**
   * Writes a value, in one step, if the stored one is `over`; without `over` in any case. Says whether it wrote. After
   * `expiresAt`, in milliseconds since the epoch, the store may drop it.
   */
  readonly set: (
    key: string,
    value: string,
    options: { readonly over: string | undefined; readonly expiresAt: number }
  ) => Promise<boolean>
  /** Removes a value, in one step, if it is `only`; without `only` in any case. Says whether it is gone. */
  readonly remove: (key: string, options: { readonly only: string | undefined }) => Promise<boolean>
  /** The keys of all sessions of an account. */
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
  /** Gives a value and removes it, in one step: of any number of callers, one gets it. */
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
  readonly get: (id: string) => Promise<string | null | undefined>
  readonly remove: (id: string) => Promise<void>
}

/**
 * One refresh at a time for each session, in all processes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lock {
  /** Runs one after the other what has the same key, and gives back its result. A holder that died must let go. */
  readonly withLock: <A>(key: string, run: () => Promise<A>) => Promise<A>
}

/**
 * All of them.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomStores {
  readonly sessions: SessionsStore
  readonly transactions: TransactionsStore
  readonly browsers: BrowsersStore
  readonly lock: Lock
}
