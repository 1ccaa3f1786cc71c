/**
 * The users and applications that the control vouches for, while it goes through a sign-in in this process. Nothing
 * that comes over a connection can set it.
 */
import * as Context from "effect/Context"

/** What needs no proof. */
export interface Vouched {
  /** The id of a user whose password is not asked for. */
  readonly user?: string | undefined
  /** The application whose secret is not asked for. */
  readonly client?: string | undefined
  /** The user refuses, which the login page has no button for. */
  readonly denial?: { readonly error: string; readonly description: string | undefined } | undefined
}

/** Empty, by default. */
export const Vouched = Context.Reference<Vouched>("@le-auth/sentinel/internal/http/Vouched", {
  defaultValue: () => ({})
})
