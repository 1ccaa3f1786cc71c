/**
 * Runs Sentinel on this computer.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Http from "node:http"
import { exitCodes, Failure, fromError } from "./Failure.ts"
import { defaultSentinelPort } from "./SentinelPort.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  readonly port: number
  readonly host: string
  readonly config: Option.Option<string>
}

const readConfig = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    files.readFileString(path),
    () => new Failure({ message: `The file ${path} cannot be read.`, exitCode: exitCodes.failed })
  )
  return yield* Effect.mapError(
    SentinelConfig.fromJson(text),
    ({ problems }) =>
      new Failure({
        message: [`${path} has problems:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"),
        exitCode: exitCodes.failed
      })
  )
})

const cannotListen = ({ host, port }: Options, cause: unknown): Failure => {
  const code = String((cause as { readonly code?: unknown } | undefined)?.code)
  return new Failure({
    message:
      code === "EADDRINUSE"
        ? `Port ${port} on ${host} is taken by another program, perhaps by another Sentinel.\n` +
          "Stop that program, or choose another port with --port."
        : `Port ${port} on ${host} cannot be opened (${code}). Choose another with --port and --host.`,
    exitCode: exitCodes.failed
  })
}

const applications = (account: SentinelConfig.Account): ReadonlyArray<string> =>
  account.installations.flatMap(({ client_id, client_name, redirect_uris }) => [
    `  Application  ${client_id} (${client_name})`,
    ...redirect_uris.map((uri) => `               ${uri}`)
  ])

/** Passwords are shown only if everybody knows them anyway. */
const users = (account: SentinelConfig.Account, isBuiltIn: boolean): ReadonlyArray<string> =>
  account.users.map(({ email, is_admin, password }) => {
    const known = isBuiltIn && password !== undefined ? `, password ${Redacted.value(password)}` : ""
    return `  User         ${email}${known}${is_admin ? ", administrator" : ""}`
  })

const loginAt = (origin: string): string => {
  const port = Number(new URL(origin).port)
  return port === defaultSentinelPort ? "le-auth login" : `SENTINEL_PORT=${port} le-auth login`
}

const announcement = (config: SentinelConfig.SentinelConfig, isBuiltIn: boolean, origin: string): string =>
  [
    `Sentinel listens on ${origin}`,
    ...config.accounts.flatMap((account) => [
      "",
      `Account ${account.id}${account.name === undefined ? "" : ` (${account.name})`}`,
      ...users(account, isBuiltIn),
      ...applications(account)
    ]),
    "",
    ...(isBuiltIn
      ? [`The secret of the applications is development-only-secret. Sign in with: ${loginAt(origin)}`]
      : []),
    `Applications find it with LE_AUTH_DOMAIN_API=${origin}`,
    "Ctrl-C stops it; it forgets its sessions and tokens then."
  ].join("\n")

/**
 * Serves until it is interrupted.
 *
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (options: Options) {
  const isBuiltIn = Option.isNone(options.config)
  const config = Option.isNone(options.config) ? SentinelConfig.development() : yield* readConfig(options.config.value)

  const server = Http.createServer()

  const serve = Layer.effectDiscard(
    Effect.gen(function* () {
      // Ctrl-C does not wait for connections that browsers keep open.
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close().closeAllConnections()))
      const { address } = yield* HttpServer.HttpServer
      const url = new URL(NetAddress.formatUrlUnsafe(address))
      const isLocal = Origin.isLoopback(url.host)
      if (!isLocal) yield* Console.error("Other computers can reach this Sentinel. It is made for development only.")
      yield* Console.log(announcement(config, isBuiltIn, `http://${isLocal ? url.host : `localhost:${url.port}`}`))
    })
  ).pipe(
    Layer.provide(Sentinel.layerServer()),
    Layer.provide(
      NodeHttpServer.layer(() => server, { host: options.host, port: options.port, disablePreemptiveShutdown: true })
    ),
    Layer.provide(Sentinel.layerMemory(config)),
    Layer.provide(NodeCrypto.layerServer)
  )
  return yield* Layer.launch(serve).pipe(
    Effect.catchTag("ServeError", ({ cause }) => Effect.fail(cannotListen(options, cause)))
  )
}, Effect.mapError(fromError))
