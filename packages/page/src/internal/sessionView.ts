/**
 * The session as the backend sends it, checked by hand: a schema would be seven times the size of this whole entry. A
 * test compares the two.
 */
/**
 * The signed-in user, without a token: `SignedInView` of `@le-auth/core/SessionView` in plain types. Times are
 * milliseconds since the epoch.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly signedIn: true
  readonly accountId: string
  readonly subject: string
  readonly isAdmin: boolean
  /** Whether the user is one of LivePerson's own administrators, who have no user record in the account. */
  readonly isLpa: boolean
  /** Whether the signature of the id_token was verified. */
  readonly verified: boolean
  readonly signedInAt: number
  readonly expiresAt: number
}

/** Whether a value is a LivePerson account id, as in `@le-auth/core/Identifiers`: 1 to 32 letters and digits. */
export const isAccountId = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z0-9]{1,32}$/.test(value)

/** The members of a JSON object. Any other value has none. */
export const members = (body: unknown): Record<string, unknown> =>
  typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}

/** The session in the body of an answer. It takes known members only, so that no token comes along. */
export const fromBody = (body: unknown): Session | undefined => {
  const { accountId, expiresAt, isAdmin, isLpa, signedIn, signedInAt, subject, verified } = members(body)
  return signedIn === true &&
    isAccountId(accountId) &&
    typeof subject === "string" &&
    subject !== "" &&
    typeof isAdmin === "boolean" &&
    typeof isLpa === "boolean" &&
    typeof verified === "boolean" &&
    Number.isFinite(signedInAt) &&
    Number.isFinite(expiresAt)
    ? {
        signedIn,
        accountId,
        subject,
        isAdmin,
        isLpa,
        verified,
        signedInAt: signedInAt as number,
        expiresAt: expiresAt as number
      }
    : undefined
}
