/**
 * A second service of stores that can be looked into: why a code or a token is refused, which sessions and token
 * families there are, and everything as one document. `SentinelStore` itself has only what sign-ins need.
 *
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreDump } from "./internal/store/storeDump.ts"
import type { Grant, Owner, BrowserSession } from "./SentinelStore.ts"

/**
 * A session, and when it was ended, if it was. Times are milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionState {
  readonly session: BrowserSession
  readonly endedAt: number | undefined
  /** Whether it can still be used. */
  readonly isAlive: boolean
}

/**
 * The grant of all tokens that came from one code, when it was revoked, if it was, and its session.
 *
 * @category models
 * @since 0.1.0
 */
export interface FamilyState {
  readonly grant: Grant
  readonly revokedAt: number | undefined
  readonly session: SessionState | undefined
  /** Whether its tokens can still be used. */
  readonly isAlive: boolean
}

/**
 * What a store knows about a code or a token. Times are milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export type Found =
  | {
      readonly kind: "code"
      readonly family: FamilyState
      readonly redirectUri: string | undefined
      readonly codeChallenge: string | undefined
      readonly expiresAt: number
      readonly usedAt: number | undefined
    }
  | { readonly kind: "refresh-token"; readonly family: FamilyState; readonly usedAt: number | undefined }
  | { readonly kind: "access-token"; readonly family: FamilyState; readonly expiresAt: number }

export type { StoreDump } from "./internal/store/storeDump.ts"

/**
 * Which sessions or families are wanted.
 *
 * @category models
 * @since 0.1.0
 */
export interface Query {
  readonly now: number
  /** The maximum number, the newest first. */
  readonly limit: number
  /** Only those that can still be used. */
  readonly onlyAlive: boolean
}

/**
 * The newest sessions or families, of perhaps very many.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecentPage<A> {
  /** The newest first. */
  readonly newest: ReadonlyArray<A>
  /** The number that match, among those that were looked at. */
  readonly total: number
  /** Older ones than the newest 1,000 were not looked at, so `total` counts among those only. */
  readonly isPartial: boolean
}

/**
 * A store holds more than `most` of `what`, too many for one document.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreTooLarge extends Schema.TaggedError<StoreTooLarge>()("StoreTooLarge", {
  what: Schema.String,
  most: Schema.Int
}) {
  override get message(): string {
    return `The store holds more than ${this.most} ${this.what}, too many for one document. Use the backup of its database.`
  }
}

/**
 * Looks into a store, for `Control`. `find`, `sessions`, `families`, `count` and `dump` change nothing.
 *
 * @category services
 * @since 0.1.0
 */
export class StoreInspection extends Context.Service<
  StoreInspection,
  {
    /** What is known about a code, refresh token or access token, by its SHA-256 in hexadecimal. */
    readonly find: (id: string, now: number) => Effect.Effect<Option.Option<Found>, StoreError>
    /** The newest sessions. */
    readonly sessions: (query: Query) => Effect.Effect<RecentPage<SessionState>, StoreError>
    /** The newest token families. */
    readonly families: (query: Query) => Effect.Effect<RecentPage<FamilyState>, StoreError>
    /** The number of all sessions that are alive. */
    readonly count: (now: number) => Effect.Effect<number, StoreError>
    /** Revokes all grants of an application, also those that are too old for a list. */
    readonly revokeClient: (owner: Owner, now: number) => Effect.Effect<void, StoreError>
    /** Everything as a document. Fails with {@link StoreTooLarge} if there is too much for one. */
    readonly dump: Effect.Effect<StoreDump, StoreError | StoreTooLarge>
    /** Replaces everything by the document of a store of any kind. All of it happens, or nothing. */
    readonly load: (dump: StoreDump) => Effect.Effect<void, StoreError>
    /** Forgets everything. */
    readonly clear: Effect.Effect<void, StoreError>
    /**
     * Makes several changes as one, also those of a directory in the same database. Absent where none of them can fail.
     */
    readonly together?:
      | (<A, E>(changes: Effect.Effect<A, E | StoreError>) => Effect.Effect<A, E | StoreError>)
      | undefined
  }
>()("@le-auth/sentinel/StoreInspection") {}
