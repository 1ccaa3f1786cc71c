/**
 * The flags of every command that needs an account.
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import * as Checked from "../terminal/Checked.ts"
import { ProfileName } from "./ProfileName.ts"

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

/** What these flags say. */
export interface Selection {
  readonly profile: Option.Option<string>
  readonly account: Option.Option<AccountId>
}
