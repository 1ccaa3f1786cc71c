/**
 * A second service of stores that can be looked into: why a code or token is refused, which sessions and token families there
 * are, and all of it as one document. `SentinelStore` itself stays as small as its callers need it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { StoreDump } from "./internal/storeDump.ts"
import type { Grant, Session } from "./SentinelStore.ts"

/**
 * A session, and when it was ended, if somebody did. Times are milliseconds since 1970.
 *
 * @since 0.1.0
 */
export interface SessionState {
  readonly session: Session
  readonly endedAt: number | undefined
  /** Whether it can still be used. */
  readonly isAlive: boolean
}

/**
 * A grant with all tokens that came from one code, and what became of it.
 *
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
export type { StoreDump } from "./internal/storeDump.ts"

/**
 * Nothing of it changes what a code or token is worth, except `load` and `clear`, which replace everything.
 *
 * @since 0.1.0
 */
export class StoreInspection extends Context.Service<
  StoreInspection,
  {
    /** What is known about a code, refresh token or access token, by its SHA-256 in hexadecimal. */
    readonly find: (id: string, now: number) => Effect.Effect<Option.Option<Found>>
    readonly sessions: (now: number) => Effect.Effect<ReadonlyArray<SessionState>>
    readonly families: (now: number) => Effect.Effect<ReadonlyArray<FamilyState>>
    readonly dump: Effect.Effect<StoreDump>
    readonly load: (dump: StoreDump) => Effect.Effect<void>
    readonly clear: Effect.Effect<void>
  }
>()("@le-auth/sentinel/StoreInspection") {}
