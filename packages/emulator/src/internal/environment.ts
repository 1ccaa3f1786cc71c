/** The variables of a program under test. */
import type { Account, Installation, SentinelConfig } from "../Documents.ts"
import type { WhichApplication } from "../Emulator.ts"
import { EmulatorError } from "../EmulatorError.ts"

const notThere = (what: string) => new EmulatorError({ code: "NotThere", message: `There is no ${what}.` })

const accountOf = ({ accounts }: SentinelConfig, id: string | undefined): Account => {
  const found = id === undefined ? accounts[0] : accounts.find((account) => account.id === id)
  if (found === undefined) throw notThere(`account ${id}`)
  return found
}

const isOfUsers = ({ enabled = true, grant_types }: Installation) =>
  enabled && grant_types.includes("authorization_code")

const installationOf = ({ id, installations }: Account, client: string | undefined): Installation => {
  const found =
    client === undefined
      ? (installations.find(isOfUsers) ?? installations[0])
      : installations.find(({ client_id }) => client_id === client)
  if (found === undefined) throw notThere(`application${client === undefined ? "" : ` ${client}`} in account ${id}`)
  return found
}

export const of = (
  config: SentinelConfig,
  origin: string,
  { account, client, redirectUri }: WhichApplication = {}
): Readonly<Record<string, string>> => {
  const of = accountOf(config, account)
  const { client_id, client_secret, redirect_uris = [] } = installationOf(of, client)
  const callback = redirectUri ?? redirect_uris[0]
  return {
    LE_AUTH_ACCOUNT_ID: of.id,
    LE_AUTH_CLIENT_ID: client_id,
    ...(client_secret !== undefined && { LE_AUTH_CLIENT_SECRET: client_secret }),
    ...(callback !== undefined && { LE_AUTH_REDIRECT_URI: callback }),
    LE_AUTH_DOMAIN_API: origin
  }
}
