/**
 * The message of `le-auth sentinel start` when it listens.
 */
import type * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Redacted from "effect/Redacted"
import { controlPortOf, defaultSentinelPort } from "../../../target/SentinelPort.ts"
import { join, type Text, text } from "../../../terminal/TerminalText.ts"
import * as Strict from "./Strict.ts"
import * as Tls from "./Tls.ts"

export interface Facts {
  readonly config: SentinelConfig.SentinelConfig
  /** The configuration is the built-in one, whose passwords are well known. */
  readonly isBuiltIn: boolean
  /** It has a start page. */
  readonly hasStart: boolean
  readonly isStrict: boolean
  /** The certificate of its own authority, which programs have to trust; absent if it has none. */
  readonly authorityFile: string | undefined
  /** The database that sessions and tokens are kept in, without a password; absent if they are in memory. */
  readonly store: string | undefined
  /** Where this computer reaches it. */
  readonly address: string
  /** Where browsers reach it, which may be a proxy in front of it. */
  readonly publicOrigin: string
  /** Absent if no port has them. */
  readonly metrics: string | undefined
  /** Absent if this Sentinel has no control. */
  readonly control: Control | undefined
}

export interface Control {
  /** Where this computer reaches it. */
  readonly origin: string
  /** No other computer can reach it. */
  readonly isLocal: boolean
  readonly hasToken: boolean
  /** Its token, if it was drawn at this start. It is shown here, and nowhere else. */
  readonly drawn: Redacted.Redacted<string> | undefined
}

const applications = (account: SentinelConfig.Account): ReadonlyArray<Text> =>
  account.installations.flatMap(
    ({ any_loopback_redirect, client_id, client_name, grant_types, redirect_uris, scope }) => [
      text`  Application  ${client_id} (${client_name})`,
      ...redirect_uris.map((uri) => text`               ${uri}`),
      ...(any_loopback_redirect === true
        ? [text`               any other address of localhost, 127.0.0.1 and [::1]`]
        : []),
      ...(grant_types.includes("client_credentials")
        ? [text`               app tokens, ${scope === undefined ? "without a scope" : text`scope ${scope}`}`]
        : [])
    ]
  )

/** Passwords are shown only if they are the well-known ones. */
const users = (account: SentinelConfig.Account, isBuiltIn: boolean): ReadonlyArray<Text> =>
  account.users.map(({ email, is_admin, password }) => {
    const known = isBuiltIn && password !== undefined ? text`, password ${Redacted.value(password)}` : ""
    return text`  User         ${email}${known}${is_admin ? ", administrator" : ""}`
  })

const loginAt = (origin: string): string => {
  const port = Number(new URL(origin).port)
  return port === defaultSentinelPort ? "le-auth login" : `SENTINEL_PORT=${port} le-auth login`
}

const controlledBy = ({ origin }: Control): string => {
  const isDefault = origin.startsWith("http:") && Number(new URL(origin).port) === controlPortOf(defaultSentinelPort)
  return isDefault ? "le-auth sentinel fault --help" : `le-auth sentinel fault list --control ${origin}`
}

const controlLines = (control: Control): ReadonlyArray<Text> => [
  text`See what it does, and why, at ${control.origin}`,
  ...(control.isLocal ? [] : [text`Other computers reach this control too, on port ${new URL(control.origin).port}`]),
  ...(control.drawn === undefined ? [] : [text`Its token, shown this once: ${Redacted.value(control.drawn)}`]),
  ...(control.hasToken ? [text`Commands take the token from SENTINEL_CONTROL_TOKEN, and the page asks for it`] : []),
  text`Faults, clock and journal: ${controlledBy(control)}`
]

/** For people. */
export const inWords = ({
  address,
  authorityFile,
  config,
  control,
  hasStart,
  isBuiltIn,
  isStrict,
  metrics,
  publicOrigin,
  store
}: Facts): Text =>
  join("\n", [
    text`Sentinel listens on ${address}`,
    ...(hasStart ? [text`Its accounts and users, and settings to copy, are at ${publicOrigin}/`] : []),
    ...(publicOrigin === address ? [] : [text`Browsers reach it at ${publicOrigin}`]),
    text`Health is at ${address}/health/ready${metrics === undefined ? "" : text`, metrics are at ${metrics}`}`,
    ...(control === undefined ? [] : controlLines(control)),
    ...(authorityFile === undefined ? [] : [text``, ...Tls.trust(authorityFile)]),
    ...(isStrict ? [text``, Strict.meaning] : []),
    ...config.accounts.flatMap((account) => [
      text``,
      text`Account ${account.id}${account.name === undefined ? "" : text` (${account.name})`}`,
      ...users(account, isBuiltIn),
      ...applications(account)
    ]),
    text``,
    ...(isBuiltIn
      ? [
          address.startsWith("https:")
            ? text`The secret of the applications is development-only-secret.`
            : text`The secret of the applications is development-only-secret. Sign in with: ${loginAt(address)}`
        ]
      : []),
    text`Applications find it with LE_AUTH_DOMAIN_API=${publicOrigin}`,
    store === undefined
      ? text`Ctrl-C stops it; it forgets its sessions and tokens then.`
      : text`Ctrl-C stops it; its sessions and tokens stay in ${store}`
  ])

/** For programs: one line of JSON. */
export const json = ({
  address,
  authorityFile,
  config,
  control,
  isStrict,
  metrics,
  publicOrigin,
  store
}: Facts): object => ({
  address,
  publicOrigin,
  health: `${address}/health/ready`,
  metrics,
  control: control?.origin,
  controlToken: control?.drawn && Redacted.value(control.drawn),
  strict: isStrict,
  ...(authorityFile !== undefined && {
    certificateAuthority: authorityFile,
    environment: Tls.environment(authorityFile)
  }),
  store: store ?? "memory:",
  accounts: config.accounts.map(({ id }) => id)
})
