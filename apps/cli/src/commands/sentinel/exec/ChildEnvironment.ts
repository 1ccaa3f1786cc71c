/**
 * The environment of a program that runs against a local Sentinel.
 */
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Tls from "node:tls"
import { fileURLToPath } from "node:url"
import { Failure } from "../../../terminal/Failure.ts"
import { text } from "../../../terminal/TerminalText.ts"

export interface Options {
  /** The environment of the command. */
  readonly env: NodeJS.ProcessEnv
  /** The address of Sentinel. */
  readonly sentinel: string
  /** The port that LivePerson's names lead to. */
  readonly port: number
  /** The authority of LivePerson's names, as PEM. */
  readonly authority: string
  /** The authority of Sentinel's own certificate, as PEM, if Sentinel has one of its own. */
  readonly sentinelAuthority: string | undefined
  /** Whether the program gets the settings of the built-in application. */
  readonly isBuiltIn: boolean
}

/** In NODE_OPTIONS a path with spaces stands in quotation marks, and what is special in them behind a backslash. */
const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`

const redirect = (): string =>
  fileURLToPath(new URL("bin/redirect.cjs", import.meta.resolve("@le-auth/cli/package.json")))

/** The settings of other programs for a file of all authorities that they trust. */
const bundles = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]

/** A proxy does not know that the names lead elsewhere. */
const withoutProxy = ["liveperson.net", ".liveperson.net", "localhost", "127.0.0.1"]

const builtIn = (): NodeJS.ProcessEnv => {
  const [account] = SentinelConfig.development().accounts
  const installation = account.installations[0]!
  return {
    LE_AUTH_ACCOUNT_ID: account.id,
    LE_AUTH_CLIENT_ID: installation.client_id,
    LE_AUTH_CLIENT_SECRET: Redacted.value(installation.client_secret!),
    LE_AUTH_REDIRECT_URI: installation.redirect_uris[0]
  }
}

/** The environment. Its files are gone when the scope is closed. */
export const make = Effect.fnUntraced(
  function* (options: Options) {
    const { env } = options
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "le-auth-exec-" })

    /** Writes certificates behind those of a file that is named already. */
    const write = Effect.fnUntraced(function* (name: string, certificates: ReadonlyArray<string>, instead: string) {
      const file = path.join(folder, name)
      const named = env[name]
      const before = named ? yield* Effect.orElseSucceed(files.readFileString(named), () => instead) : instead
      yield* files.writeFileString(file, [before, ...certificates].join("\n"), { mode: 0o600 })
      return [name, file] as const
    })

    const own = options.sentinelAuthority === undefined ? [] : [options.sentinelAuthority]
    const variables = [yield* write("NODE_EXTRA_CA_CERTS", [options.authority, ...own], "")]
    if (own.length > 0) {
      // These take the place of what the system trusts, so they begin with it.
      const roots = Tls.getCACertificates("default").join("\n")
      for (const name of bundles) variables.push(yield* write(name, own, roots))
    }
    const proxied = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").filter((name) => name.trim() !== "")
    const noProxy = [...proxied, ...withoutProxy].join(",")
    return {
      ...env,
      ...(options.isBuiltIn && builtIn()),
      ...Object.fromEntries(variables),
      LE_AUTH_DOMAIN_API: options.sentinel,
      LE_AUTH_SENTINEL_EXEC_PORT: String(options.port),
      NODE_OPTIONS: [env["NODE_OPTIONS"] ?? "", `--require ${quoted(redirect())}`].join(" ").trim(),
      NO_PROXY: noProxy,
      no_proxy: noProxy
    }
  },
  Effect.mapError(
    (error) =>
      new Failure({
        text: text`The certificates for the program cannot be written to a temporary file: ${error.message}`,
        code: "storage"
      })
  )
)
