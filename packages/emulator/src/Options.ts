/**
 * The options of `startSentinel` and `connectSentinel`. None is needed.
 *
 * @since 0.1.0
 */
import type { DialectName, Points, SentinelConfig } from "./Documents.ts"

/**
 * Where a Sentinel listens. Ports that are left out are any that are free.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listen {
  readonly port?: number | undefined
  /** Default: `127.0.0.1`, which no other computer reaches. The control never listens elsewhere. */
  readonly host?: string | undefined
  readonly controlPort?: number | undefined
}

/**
 * A certificate and its private key, both as PEM.
 *
 * @category models
 * @since 0.1.0
 */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/**
 * The options of `startSentinel`. Wrong ones reject with an `EmulatorError` that names all of them.
 *
 * @example
 * ```ts
 * import type { Options } from "@le-auth/emulator"
 *
 * export const options: Options = { dialect: "rfc", points: { accessTokenLifetime: "5 minutes" } }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Its accounts, users and applications. Default: the account `12345678` with the users `agent@example.com` / `agent`
   * and `admin@example.com` / `admin`, and an application.
   */
  readonly config?: SentinelConfig | undefined
  /** Default: that of `config`, or else `liveperson`. */
  readonly dialect?: DialectName | undefined
  /** Points over that dialect, and over those of `config`. */
  readonly points?: Points | undefined
  /** Speaks `https`: with a certificate that is made now, or with this one. Default: no. */
  readonly tls?: boolean | Certificate | undefined
  /** Services of all accounts that are elsewhere than Sentinel, with their hosts: `{ faasGW: "localhost:9000" }`. */
  readonly services?: Readonly<Record<string, string>> | undefined
  /** Where it listens; `false` for no port at all. Default: free ports of this computer. */
  readonly listen?: false | Listen | undefined
}

/**
 * The options of `connectSentinel`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectOptions {
  /** The token of the control, if it has one: that of `SENTINEL_CONTROL_TOKEN`. */
  readonly token?: string | undefined
}
