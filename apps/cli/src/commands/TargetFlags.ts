/**
 * The flags of every command that is about an account.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Flag from "effect/cli/Flag"

/**
 * @since 0.1.0
 */
export const targetFlags = {
  account: Flag.String("account").pipe(
    Flag.withSchema(AccountId),
    Flag.optional,
    Flag.withMetavar("id"),
    Flag.withDescription("Which account (default: the current one)")
  )
}
