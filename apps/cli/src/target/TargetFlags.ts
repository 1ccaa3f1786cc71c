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

/** The flag of every command that can also work for the application itself. */
export const appFlag = {
  app: Flag.Boolean("app").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Act as the application itself, without a user (client_credentials)")
  )
}

/**
 * Whose a command is, in its help: every command with {@link targetFlags} says one of these.
 */
export const worksFor = {
  user: "Works for a user.",
  both: "Works for a user and, with --app, for an application.",
  each: "Works for users and applications alike."
} as const

/** What these flags say. */
export interface Selection {
  readonly profile: Option.Option<string>
  readonly account: Option.Option<AccountId>
}
