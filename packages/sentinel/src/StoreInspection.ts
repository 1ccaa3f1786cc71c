/**
 * A second service of stores that can be looked into: why a code or token is refused, which sessions and token families there
 * are, and all of it as one document. `SentinelStore` itself stays as small as its callers need it.
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
 * A session, and when it was ended, if somebody did. Times are milliseconds since 1970.
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
 * A grant with all tokens that came from one code, and what became of it.
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
 * What a store knows about a code or a token.
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

/**
 * Everything that a store holds, as JSON: hashes and times, and no secret.
 *
 * @since 0.1.0
 */
export type { StoreDump } from "./internal/store/storeDump.ts"

/**
 * Which sessions or families are wanted.
 *
 * @category models
 * @since 0.1.0
 */
export interface Query {
  readonly now: number
  /** At most so many, the newest first. */
  readonly limit: number
  /** Only those that can still be used. */
  readonly onlyAlive: boolean
}

/**
 * The newest of perhaps very many.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecentPage<A> {
  /** The newest first. */
  readonly newest: ReadonlyArray<A>
  /** How many there are, as far as they were looked at. */
  readonly total: number
  /** There are so many that older ones were not looked at: `total` is how many of the newest 1,000 it is about. */
  readonly isPartial: boolean
}

/**
 * A store holds more than fits into one document.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", { what: Schema.String, most: Schema.Int }) {
  override get message(): string {
    return `The store holds more than ${this.most} ${this.what}, too many for one document. Use the backup of its database.`
  }
}

/**
 * `find`, `sessions`, `families`, `count` and `dump` change nothing.
 *
 * @category services
 * @since 0.1.0
 */
export class StoreInspection extends Context.Service<
  StoreInspection,
  {
    /** What is known about a code, refresh token or access token, by its SHA-256 in hexadecimal. */
    readonly find: (id: string, now: number) => Effect.Effect<Option.Option<Found>, StoreError>
    readonly sessions: (query: Query) => Effect.Effect<RecentPage<SessionState>, StoreError>
    readonly families: (query: Query) => Effect.Effect<RecentPage<FamilyState>, StoreError>
    /** How many sessions are alive, all of them. */
    readonly count: (now: number) => Effect.Effect<number, StoreError>
    /** Revokes all grants of an application, also those that no list shows. */
    readonly revokeClient: (owner: Owner, now: number) => Effect.Effect<void, StoreError>
    readonly dump: Effect.Effect<StoreDump, StoreError | TooLarge>
    /** Replaces everything by what a store of any kind has dumped. All of it happens, or nothing. */
    readonly load: (dump: StoreDump) => Effect.Effect<void, StoreError>
    /** Forgets everything. */
    readonly clear: Effect.Effect<void, StoreError>
    /** Makes several changes as one, those of a directory in the same database among them. Absent where nothing of it can fail. */
    readonly together?:
      | (<A, E>(changes: Effect.Effect<A, E | StoreError>) => Effect.Effect<A, E | StoreError>)
      | undefined
  }
>()("@le-auth/sentinel/StoreInspection") {}
