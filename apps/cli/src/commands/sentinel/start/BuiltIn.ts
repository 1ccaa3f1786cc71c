/**
 * The built-in configuration, for a start without `--config`.
 */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import type { Control } from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Failure } from "../../../terminal/Failure.ts"
import { text } from "../../../terminal/TerminalText.ts"

const decode = Schema.decodeUnknownResult(SentinelConfig.RegisteredUri)

/** What is wrong with the values of `--redirect-uri`. */
export const problemsOf = (redirectUris: ReadonlyArray<string>): ReadonlyArray<string> =>
  redirectUris.flatMap((uri) => {
    const decoded = decode(uri)
    return Result.isSuccess(decoded)
      ? []
      : SchemaProblems.of(decoded.failure.issue).map((problem) => `--redirect-uri: ${problem.replace(/^this: /, "")}`)
  })

/** The configuration, with more callbacks of its applications for users: an error page of each names the flag. */
export const config = (redirectUris: ReadonlyArray<string>): SentinelConfig.SentinelConfig => {
  const { accounts } = SentinelConfig.development()
  const [account] = accounts
  const installations = account.installations.map((installation) =>
    installation.any_loopback_redirect === true
      ? { ...installation, redirect_uris: [...new Set([...installation.redirect_uris, ...redirectUris])] }
      : installation
  )
  return { accounts: [{ ...account, installations }] }
}

/** Brings the callbacks of the configuration into a database that has the built-in accounts from before. */
export const register = Effect.fnUntraced(
  function* (accounts: Control["Service"]["accounts"], config: SentinelConfig.SentinelConfig) {
    const [wanted] = config.accounts
    const found = (yield* accounts.list).find(({ id }) => id === wanted.id)
    for (const { client_id, redirect_uris } of wanted.installations) {
      const there = found?.installations.find((one) => one.client_id === client_id)
      const missing = redirect_uris.filter((uri) => there?.redirect_uris.includes(uri) === false)
      if (there === undefined || missing.length === 0) continue
      yield* accounts.changeInstallation(wanted.id, client_id, {
        redirect_uris: [...there.redirect_uris, ...missing]
      })
    }
  },
  Effect.mapError(
    () =>
      new Failure({
        text: text`--redirect-uri: the address cannot be added to the accounts of --store.`,
        code: "storage"
      })
  )
)
