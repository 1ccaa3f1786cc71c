/** A sign-in at Sentinel's store, in which everything has a name. */
import type { Code, BrowserSession } from "@le-auth/sentinel/SentinelStore"

/** In the far future: the clean-up goes by the real clock. */
export const now = 4_000_000_000_000
const hour = 3_600_000
export const owner = { accountId: "12345678", clientId: "client" }

export const sessionOf = (name: string): BrowserSession => ({
  id: `${name} session`,
  accountId: owner.accountId,
  userId: `${name} user`,
  createdAt: now,
  lastSeenAt: now,
  idleExpiresAt: now + hour,
  expiresAt: now + hour
})

export const codeOf = (name: string): Code => ({
  id: `${name} code`,
  grant: {
    ...owner,
    id: `${name} grant`,
    userId: `${name} user`,
    sessionId: `${name} session`,
    createdAt: now,
    nonce: undefined
  },
  redirectUri: undefined,
  codeChallenge: undefined,
  expiresAt: now + hour
})

const tokens = (name: string) => ({
  accessId: `${name} access`,
  accessExpiresAt: now + hour,
  refreshId: `${name} refresh`,
  sessionIdleExpiresAt: now + hour
})

/** `by` keeps the tokens of rivals apart. */
export const redemption = (name: string, by = "first") => ({
  ...owner,
  id: `${name} code`,
  redirectUri: undefined,
  codeChallenge: undefined,
  tokens: tokens(`${name} ${by}`)
})

export const rotation = (name: string, to = "second", from = "first") => ({
  ...owner,
  id: `${name} ${from} refresh`,
  seed: `${name} seed`,
  grace: 0,
  tokens: tokens(`${name} ${to}`)
})
