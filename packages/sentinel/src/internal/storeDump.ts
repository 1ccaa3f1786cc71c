/** What the memory of a store is made of, and the same as a document. */
import * as Schema from "effect/Schema"

export const Session = Schema.Struct({
  id: Schema.String,
  accountId: Schema.String,
  userId: Schema.String,
  createdAt: Schema.Finite,
  lastSeenAt: Schema.Finite,
  idleExpiresAt: Schema.Finite,
  expiresAt: Schema.Finite
})

export const Grant = Schema.Struct({
  id: Schema.String,
  accountId: Schema.String,
  clientId: Schema.String,
  userId: Schema.String,
  sessionId: Schema.String,
  createdAt: Schema.Finite,
  nonce: Schema.optional(Schema.String)
})

const optionalTime = Schema.optional(Schema.Finite)
const rows = <S extends Schema.Constraint>(row: S) => Schema.Array(Schema.Tuple([Schema.String, row]))

export const SessionRow = Schema.Struct({
  session: Session,
  /** Orders sessions and the ends of all sessions of a user, also within one millisecond. */
  sequence: Schema.Finite,
  endedAt: optionalTime
})
export const GrantRow = Schema.Struct({ grant: Grant, revokedAt: optionalTime })
export const CodeRow = Schema.Struct({
  code: Schema.Struct({
    id: Schema.String,
    grant: Grant,
    redirectUri: Schema.optional(Schema.String),
    codeChallenge: Schema.optional(Schema.String),
    expiresAt: Schema.Finite
  }),
  usedAt: optionalTime
})
export const RefreshRow = Schema.Struct({
  grantId: Schema.String,
  used: Schema.optional(Schema.Struct({ at: Schema.Finite, seed: Schema.String, successorId: Schema.String }))
})
export const AccessRow = Schema.Struct({ grantId: Schema.String, expiresAt: Schema.Finite })
/** The end of all sessions of a user that began before it. */
export const UserEnd = Schema.Struct({ sequence: Schema.Finite, at: Schema.Finite })

export const StoreDump = Schema.Struct({
  sequence: Schema.Finite,
  sessions: rows(SessionRow),
  grants: rows(GrantRow),
  codes: rows(CodeRow),
  refreshes: rows(RefreshRow),
  accesses: rows(AccessRow),
  userEnds: rows(UserEnd)
})
export type StoreDump = typeof StoreDump.Type
