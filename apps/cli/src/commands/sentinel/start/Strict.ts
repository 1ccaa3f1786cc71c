/**
 * The checks of `--strict`, for a Sentinel that others can reach.
 */
import * as Origin from "@le-auth/core/Origin"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as RandomSecret from "@le-auth/sentinel/RandomSecret"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import type * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Crypto from "node:crypto"
import { join, text } from "../../../terminal/TerminalText.ts"
import * as ListenHost from "./ListenHost.ts"

const valueOf = (secret: Redacted.Redacted<string> | undefined): string | undefined =>
  secret === undefined ? undefined : Redacted.value(secret)

/** Those of the documentation. */
const known = new Set(
  SentinelConfig.development().accounts.flatMap(({ installations, users }) => [
    ...installations.map(({ client_secret }) => valueOf(client_secret)),
    ...users.map(({ password }) => valueOf(password))
  ])
)
known.delete(undefined)

const problemOfPassword = ({ email, password }: SentinelConfig.User): string | undefined => {
  const value = valueOf(password)
  if (known.has(value)) return "is a well-known password"
  return value !== undefined && email.toLowerCase().startsWith(`${value.toLowerCase()}@`)
    ? "is the name of the user"
    : undefined
}

/** The number of attempts is not limited for secrets, so they must be too long to guess. */
const problemOfSecret = (secret: string | undefined): string | undefined => {
  if (secret === undefined) return undefined
  if (known.has(secret)) return "is a well-known secret"
  return RandomSecret.canBeGuessed(secret, 128)
    ? "can be guessed; draw 128 bits, which are 22 characters of base64url or 32 of hexadecimal: openssl rand -hex 16"
    : undefined
}

/** The problems of a configuration in strict mode. No line repeats a secret. */
export const problemsOf = ({ accounts }: SentinelConfig.SentinelConfig): ReadonlyArray<string> =>
  accounts.flatMap(({ installations, users }, account) => [
    ...users.flatMap((user, index) => {
      const problem = problemOfPassword(user)
      return problem === undefined ? [] : [`accounts[${account}].users[${index}].password: ${problem}`]
    }),
    ...installations.flatMap(({ client_secret }, index) => {
      const problem = problemOfSecret(valueOf(client_secret))
      return problem === undefined ? [] : [`accounts[${account}].installations[${index}].client_secret: ${problem}`]
    })
  ])

/** Whether an address is plain http and not of this computer: a development name is of a network, too. */
const isPlain = (address: string): boolean => address.startsWith("http:") && !Origin.isLoopback(new URL(address).host)

/**
 * The redirect URIs that send codes over a network in plain http (RFC 9700 section 2.6). Only a program on the user's
 * own computer may have one (RFC 8252 section 8.3), and it is a registered one (RFC 9700 section 2.1).
 */
export const problemsOfRedirects = ({ accounts }: SentinelConfig.SentinelConfig): ReadonlyArray<string> =>
  accounts.flatMap(({ installations }, account) =>
    installations.flatMap(({ any_loopback_redirect, redirect_uris }, index) => [
      ...(any_loopback_redirect === true
        ? [
            `accounts[${account}].installations[${index}].any_loopback_redirect: sends codes to whatever program listens there; list the addresses`
          ]
        : []),
      ...redirect_uris.flatMap((uri, place) =>
        isPlain(uri)
          ? [
              `accounts[${account}].installations[${index}].redirect_uris[${place}]: is plain http, which is for this computer only`
            ]
          : []
      )
    ])
  )

/** The points that strict mode changes: logs of the proxy in front would keep the secret. */
export const points = { appTokenSecretInQuery: false } as const satisfies SentinelDialect.Changes

/** The points that are refused in strict mode. */
export const problemsOfPoints = ({ appTokenSecretInQuery }: SentinelDialect.Changes): ReadonlyArray<string> =>
  appTokenSecretInQuery === true
    ? ["points.appTokenSecretInQuery: lets secrets into the query, and so into the logs of proxies; leave it out"]
    : []

/** Said at the start. */
export const keeps =
  "used refresh tokens stay valid (refreshTokens is keep), so a stolen one is not noticed; --point refreshTokens=rotate or --dialect rfc end them (RFC 9700 section 4.14.2)"

/** Stubs answer in place of a service, as a test needs it. A service may be elsewhere. */
export const problemsOfStubs = ({ accounts }: SentinelConfig.SentinelConfig): ReadonlyArray<string> =>
  accounts.flatMap(({ stubs }, account) =>
    stubs === undefined ? [] : [`accounts[${account}].stubs: are for development; services may be elsewhere`]
  )

/** Whether users other than its owner can read a file with secrets; false on a system without such rights. */
export const isReadableByOthers = (path: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((files) => files.stat(path)).pipe(
    Effect.map(({ mode }) => process.platform !== "win32" && (mode & 0o077) !== 0),
    Effect.orElseSucceed(() => false)
  )

/** The problems of the flags in strict mode. */
export const problemsOfFlags = (flags: {
  readonly config: Option.Option<string>
  readonly controlHost: Option.Option<string>
  readonly controlPort: Option.Option<number>
  readonly host: string
  readonly publicOrigin: Option.Option<string>
  readonly quickSignIn: boolean
  readonly trustedProxies: ReadonlyArray<unknown>
  readonly webhookHosts: ReadonlyArray<string>
}): ReadonlyArray<string> => [
  ...(Option.isNone(flags.config) ? ["--config: is missing; the built-in users are for development"] : []),
  ...(Option.isSome(flags.controlPort) ? ["--control-port: there is no control in strict mode"] : []),
  ...(Option.isSome(flags.controlHost) ? ["--control-host: there is no control in strict mode"] : []),
  ...(flags.webhookHosts.length > 0 ? ["--webhook-host: there is no control in strict mode, so no webhooks"] : []),
  ...(flags.quickSignIn ? ["--quick-sign-in: lets everybody in without a password; it is for development"] : []),
  ...(Option.isNone(flags.publicOrigin) && !ListenHost.isLoopback(flags.host)
    ? ["--public-origin: is missing; it is the https address under which browsers reach this Sentinel"]
    : []),
  ...(Option.isSome(flags.publicOrigin) && isPlain(flags.publicOrigin.value)
    ? ["--public-origin: is plain http, which is for this computer only"]
    : []),
  ...(flags.trustedProxies.length === 0 &&
  Option.isSome(flags.publicOrigin) &&
  !Origin.isLoopback(new URL(flags.publicOrigin.value).host)
    ? [
        "--trusted-proxy: is missing; failed sign-ins are counted by address. Give the network of the proxy in front, such as " +
          "--trusted-proxy 10.0.0.0/8, or --trusted-proxy none if there is none"
      ]
    : [])
]

/**
 * The algorithm for passwords: argon2id, or before Node 24.7, which does not have it, what OWASP recommends instead.
 */
export const passwordAlgorithm = "argon2" in Crypto ? Passwords.strict : Kdf.pbkdf2Sha256

export const meaning = join("\n", [
  text`Strict: passwords are hashed slowly; metrics are not on this port; there is no control listener,`,
  text`so no faults and no virtual clock, and no sign-in or token without a password; there are no stubs, webhooks and no start page; known passwords, and secrets that are known or short, are refused; other computers need https.`
])
