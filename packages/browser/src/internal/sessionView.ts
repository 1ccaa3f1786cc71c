/**
 * The session as the backend tells it, checked by hand: a schema would be seven times the size of this whole entry. A test
 * holds the two together.
 */
import { accountId as accountIdForm } from "@le-auth/core/shared/Patterns"

/**
 * Who is signed in. Never a token. The same as `SignedInView` of `@le-auth/core/SessionView`, in plain types; times are
 * milliseconds since the epoch.
 *
 * @since 0.1.0
 */
export interface Session {
  readonly signedIn: true
  readonly accountId: string
  readonly subject: string
  readonly isAdmin: boolean
  /** One of LivePerson's own administrators, who have no user record in the account. */
  readonly isLpa: boolean
  /** Whether the signature of the id_token was verified. */
  readonly verified: boolean
  readonly signedInAt: number
  readonly expiresAt: number
}

/** A LivePerson account id, as in `@le-auth/core/Identifiers`. */
export const isAccountId = (value: unknown): value is string => typeof value === "string" && accountIdForm.test(value)

/** The members of a JSON object, or none. */
export const members = (body: unknown): Record<string, unknown> =>
  typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}

/** The session in an answer. Takes what it knows and nothing else, so that what does not belong here stays behind. */
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
