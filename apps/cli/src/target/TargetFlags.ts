/**
 * The flags of every command that is about an account.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Flag from "effect/cli/Flag"
import * as Checked from "../terminal/Checked.ts"
import { ProfileName } from "./ProfileName.ts"

/**
 * @since 0.1.0
 */
export const targetFlags = {
  profile: Flag.String("profile").pipe(
    Checked.flag(ProfileName),
    Flag.optional,
    Flag.withMetavar("name"),
    Flag.withDescription("Which profile, see le-auth accounts list (default: LE_AUTH_PROFILE, or the current one)")
  ),
  account: Flag.String("account").pipe(
    Checked.flag(AccountId),
    Flag.optional,
    Flag.withMetavar("id"),
    Flag.withDescription("Which account, where it has one profile only (default: the current one)")
  )
}
