/**
 * The account, application and Sentinel of a command: those of a profile, those that `LE_AUTH_*` names, or the local
 * Sentinel.
 */
import type * as AppInstallations from "@le-auth/core/AppInstallations"
import type { Origin } from "@le-auth/core/Origin"
import * as Context from "effect/Context"
import { type Text, text } from "../terminal/TerminalText.ts"

export class Target extends Context.Service<
  Target,
  {
    readonly installation: AppInstallations.AppInstallation
    /** The installation that `--app` acts as: the same one, except at the local Sentinel, which has another for it. */
    readonly appInstallation: AppInstallations.AppInstallation
    /** The profile that it comes from; `undefined` if it comes from `LE_AUTH_*`. */
    readonly profile: string | undefined
    /** Where the Domain API is, if not where `LE_AUTH_DOMAIN_API` says or at LivePerson. */
    readonly domainApi: Origin | undefined
    /** Where the local Sentinel is, if it is the one; `undefined` for a real account. */
    readonly localSentinel: Origin | undefined
  }
>()("@le-auth/cli/target/Target") {}

/** A target in words. */
export const describe = ({ installation, localSentinel }: Target["Service"]): Text =>
  localSentinel === undefined
    ? text`account ${installation.accountId}`
    : text`account ${installation.accountId} of the local Sentinel at ${localSentinel}`
