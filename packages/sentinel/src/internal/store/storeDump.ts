/** The rows of a store in memory, and the same as a document. `StoreInspection` has its type for other packages. */
import * as Schema from "effect/Schema"

/** Milliseconds since 1970: a moment that a date can have. */
export const Instant = Schema.Finite.check(
  Schema.isBetween({ minimum: 0, maximum: 8_640_000_000_000_000 }, { expected: "a time in milliseconds since 1970" })
)

/** Counts on, so that there is always a next one. */
const Sequence = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 2 ** 52 }, { expected: "a whole number from 0 to 2^52" })
)

export const BrowserSession = Schema.Struct({
  id: Schema.String,
  accountId: Schema.String,
  userId: Schema.String,
  createdAt: Instant,
  lastSeenAt: Instant,
  idleExpiresAt: Instant,
  expiresAt: Instant
})

export const Grant = Schema.Struct({
  id: Schema.String,
  accountId: Schema.String,
  clientId: Schema.String,
  userId: Schema.String,
  sessionId: Schema.String,
  createdAt: Instant,
  nonce: Schema.optional(Schema.String)
})

const optionalTime = Schema.optional(Instant)
const rows = <S extends Schema.Constraint>(row: S) => Schema.Array(Schema.Tuple([Schema.String, row]))

export const SessionRow = Schema.Struct({
  session: BrowserSession,
  /** Orders sessions and the ends of all sessions of a user, also within one millisecond. */
  sequence: Sequence,
  endedAt: optionalTime
})
export const GrantRow = Schema.Struct({
  grant: Grant,
  revokedAt: optionalTime,
  refreshCount: Schema.optional(Sequence)
})
export const CodeRow = Schema.Struct({
  code: Schema.Struct({
    id: Schema.String,
    grant: Grant,
    redirectUri: Schema.optional(Schema.String),
    codeChallenge: Schema.optional(Schema.String),
    expiresAt: Instant
  }),
  usedAt: optionalTime
})
export const RefreshRow = Schema.Struct({
  grantId: Schema.String,
  /** `refreshCount` of the grant when it was made. */
  place: Schema.optional(Sequence),
  used: Schema.optional(Schema.Struct({ at: Instant, seed: Schema.String, successorId: Schema.String }))
})
export const AccessRow = Schema.Struct({ grantId: Schema.String, expiresAt: Instant })
/** The end of all sessions of a user that began before it. */
export const UserEnd = Schema.Struct({ sequence: Sequence, at: Instant })

/**
 * Everything that a store holds, as JSON: hashes and times, and no secret.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StoreDump = Schema.Struct({
  sequence: Sequence,
  sessions: rows(SessionRow),
  grants: rows(GrantRow),
  codes: rows(CodeRow),
  refreshes: rows(RefreshRow),
  accesses: rows(AccessRow),
  userEnds: rows(UserEnd)
})
export type StoreDump = typeof StoreDump.Type
