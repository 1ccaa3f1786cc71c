/**
 * Port: the sessions, codes and tokens that Sentinel remembers.
 *
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { makeMemory } from "./internal/store/memoryStore.ts"
import { StoreInspection } from "./StoreInspection.ts"

/**
 * A user who is signed in to an account in one browser. `id` is the SHA-256 of the cookie, in hexadecimal. Times are
 * milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface BrowserSession {
  readonly id: string
  readonly accountId: string
  readonly userId: string
  readonly createdAt: number
  readonly lastSeenAt: number
  /** The session ends then, unless it is used before. */
  readonly idleExpiresAt: number
  /** The session ends then in any case. */
  readonly expiresAt: number
}

/**
 * What one sign-in gave one application: the head of the family of all tokens that come from one code. To revoke it
 * ends them all.
 *
 * @category models
 * @since 0.1.0
 */
export interface Grant {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  readonly userId: string
  readonly sessionId: string
  readonly createdAt: number
  /** `nonce` of the authorization request, for the id_token. LivePerson does not document it. */
  readonly nonce: string | undefined
}

/**
 * An authorization code. `id` is its SHA-256, in hexadecimal. `redirectUri` and `codeChallenge` are those of the
 * authorization request, and absent if they were; the challenge is that of the method S256.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.4 RFC 7636 section 4.4}
 * @category models
 * @since 0.1.0
 */
export interface Code {
  readonly id: string
  readonly grant: Grant
  readonly redirectUri: string | undefined
  readonly codeChallenge: string | undefined
  readonly expiresAt: number
}

/**
 * The tokens that a redemption or a rotation makes. Ids are the SHA-256 of the tokens, in hexadecimal; times are
 * milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewTokens {
  readonly accessId: string
  readonly accessExpiresAt: number
  /** Absent if the application may not refresh, or keeps its refresh token. */
  readonly refreshId: string | undefined
  /** The session of the user lives until then: LivePerson keeps it alive as long as the application refreshes. */
  readonly sessionIdleExpiresAt: number
}

/**
 * An application that has authenticated itself. Only its own codes and tokens can be redeemed, rotated and revoked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Owner {
  readonly accountId: string
  readonly clientId: string
}

/**
 * Nothing was changed. `why` is for the log, where an adapter can tell. No client is told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Missing {
  readonly _tag: "Missing"
  readonly why?: "unknown" | "expired" | "revoked" | "of another owner"
}

/**
 * The contract of an adapter.
 *
 * - Every change of state is **one** operation that says which call won. There is no "find, then consume": of any
 *   number of parallel calls, at most one wins.
 * - Only SHA-256 hashes are kept of codes, tokens and cookies.
 * - Time is a parameter, so that a virtual clock works and no test depends on the clock of a database.
 * - A token is valid only while its grant is, and a grant while its session has not ended.
 * - A redeemed code is kept at least until it would have expired, and a used refresh token as long as its grant may
 *   live. Otherwise their second use could not be noticed.
 * - What fails with a `StoreError` is not done later. A caller that repeats it loses nothing.
 * - Codes, tokens and sessions are kept for as long as they live. A session has at most 16 codes that wait to be
 *   redeemed, and 256 grants, and a grant 64 refresh tokens; beyond that its own oldest go.
 *
 * `SentinelStoreContract` of `@le-auth/testing` tests an adapter.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6819#section-5.1.4.1.3 RFC 6819 section 5.1.4.1.3}
 * @category services
 * @since 0.1.0
 */
export class SentinelStore extends Context.Service<
  SentinelStore,
  {
    /** `Exists`: the session is there and alive. `Ended`: a session with this id was ended, and is not revived. */
    readonly createSession: (
      session: BrowserSession,
      now: number
    ) => Effect.Effect<"Created" | "Exists" | "Ended", StoreError>
    /** The session with this id, if it is alive. */
    readonly findSession: (id: string, now: number) => Effect.Effect<Option.Option<BrowserSession>, StoreError>
    /** Extends a session that is alive. Says whether it was. */
    readonly touchSession: (id: string, idleExpiresAt: number, now: number) => Effect.Effect<boolean, StoreError>
    /** Ends a session with all its grants, also one that was idle for too long. Says whether this call did it. */
    readonly endSession: (id: string, now: number) => Effect.Effect<boolean, StoreError>
    /** Ends all sessions of a user in an account, with all their grants. */
    readonly endUserSessions: (accountId: string, userId: string, now: number) => Effect.Effect<void, StoreError>

    /**
     * Makes a code and its grant. `Exists`: the same code was issued before and can still be redeemed. `Spent`: it was
     * issued and cannot. `NoSession`: the session of the grant is not alive.
     */
    readonly issueCode: (
      code: Code,
      now: number
    ) => Effect.Effect<"Issued" | "Exists" | "Spent" | "NoSession", StoreError>
    /**
     * Redeems a code and makes its tokens. `Won`: this call did it. `Lost`: it was redeemed before, and by this owner.
     * `Missing`: unknown, expired, revoked or another owner's, and nothing changed. `Mismatch`: the redirect URI or the
     * code challenge, in this order, is not that of the authorization request; the code is burnt, because its owner was
     * shown a code issued to someone else. Both are compared as text, and absent is equal to absent only.
     *
     * `Retry`, only where a `seed` is given: it was redeemed before, by the same request, whose call failed with a
     * `StoreError` and so was never answered. `seed` and `usedAt` are those of that call, for the answer that it would
     * have had. A store in which a failed call has always changed nothing does not need this.
     */
    readonly redeemCode: (
      request: Owner & {
        readonly id: string
        readonly redirectUri: string | undefined
        /** The challenge of the verifier that was sent. */
        readonly codeChallenge: string | undefined
        /** The seed of the tokens, if they can be made again from it. */
        readonly seed?: string | undefined
        readonly tokens: NewTokens
      },
      now: number
    ) => Effect.Effect<
      | { readonly _tag: "Won"; readonly grant: Grant }
      | { readonly _tag: "Retry"; readonly grant: Grant; readonly seed: string; readonly usedAt: number }
      | { readonly _tag: "Lost"; readonly grant: Grant }
      | { readonly _tag: "Mismatch"; readonly grant: Grant; readonly of: "redirectUri" | "codeChallenge" }
      | Missing,
      StoreError
    >
    /**
     * Uses a refresh token and makes its successors. `Rotated`: this call did it. `Retry`: it was used before, less
     * than `grace` ago, and its successor is unused; `seed` and `usedAt` are those of the call that won. `Reused`: it
     * was used before and must not be used again. `Missing`: unknown, expired, revoked or another owner's. Without
     * `tokens.refreshId` the token stays in use. After a call that failed, and so was never answered, `Retry` is given
     * for longer. `grace` is in milliseconds.
     *
     * `Kept`, only with `keeps`: the token stays in use beside its successors until its grant ends, each use makes
     * successors of its own, and `isOlder` says whether there was a newer one before. Of a grant the newest 64 are in
     * use. One that was used without `keeps` is not revived.
     */
    readonly rotateRefresh: (
      request: Owner & {
        readonly id: string
        readonly seed: string
        readonly grace: number
        /** Default: no. With it there is a `tokens.refreshId`. */
        readonly keeps?: boolean | undefined
        readonly tokens: NewTokens
      },
      now: number
    ) => Effect.Effect<
      | { readonly _tag: "Rotated"; readonly grant: Grant }
      | { readonly _tag: "Kept"; readonly grant: Grant; readonly isOlder: boolean }
      | { readonly _tag: "Retry"; readonly grant: Grant; readonly seed: string; readonly usedAt: number }
      | { readonly _tag: "Reused"; readonly grant: Grant }
      | Missing,
      StoreError
    >
    /** Ends a grant with all its tokens. Says whether this call did it. */
    readonly revokeGrant: (id: string, now: number) => Effect.Effect<boolean, StoreError>
    /**
     * Revokes by a refresh or access token of this owner, used or not: all sessions of its user end, which is what
     * LivePerson does. `Missing` changes nothing.
     */
    readonly revokeToken: (
      request: Owner & { readonly id: string },
      now: number
    ) => Effect.Effect<{ readonly _tag: "Revoked"; readonly grant: Grant } | Missing, StoreError>
    /** The grant of an access token that is valid. */
    readonly findAccess: (
      id: string,
      now: number
    ) => Effect.Effect<Option.Option<{ readonly grant: Grant; readonly expiresAt: number }>, StoreError>

    /**
     * Writes a record of its own and reads it back. Fails if a sign-in could not be kept. Readiness only reads a store
     * without it.
     */
    readonly probe?: Effect.Effect<void, StoreError> | undefined
  }
>()("@le-auth/sentinel/SentinelStore") {}

/**
 * Keeps everything in the memory of this process, for one process and for tests. Of each kind at most `capacity`
 * entries are held, by default 100,000; what is over goes first, and then no new sign-in is accepted. It also gives
 * `StoreInspection`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemoryWith = (options: { readonly capacity: number }): Layer.Layer<SentinelStore | StoreInspection> =>
  Layer.effectContext(
    Effect.sync(() => {
      const { inspection, store } = makeMemory(options)
      return Context.make(SentinelStore, store).pipe(Context.add(StoreInspection, inspection))
    })
  )

/**
 * Keeps everything in the memory of this process, for one process and for tests: at most 100,000 entries of each kind,
 * see {@link layerMemoryWith}. It also gives `StoreInspection`.
 *
 * @example
 * ```ts
 * import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * const found = SentinelStore.SentinelStore.use((store) => store.findSession("0".repeat(64), 0))
 *
 * Effect.provide(Effect.map(found, Option.isSome), SentinelStore.layerMemory) // => false
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<SentinelStore | StoreInspection> = layerMemoryWith({ capacity: 100_000 })
