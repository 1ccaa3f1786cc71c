/**
 * Runs a program against a Sentinel on this computer, under LivePerson's names.
 */
import { Origin } from "@le-auth/core/Origin"
import * as Authority from "@le-auth/node/CertificateAuthority"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Path from "node:path"
import { certificateName } from "../../../certificates/AuthorityFile.ts"
import { isConfigured } from "../../../target/FindTarget.ts"
import { sentinelPort } from "../../../target/SentinelPort.ts"
import * as ChildProgram from "../../../terminal/ChildProgram.ts"
import { Failure, fromError } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import * as Tls from "../start/Tls.ts"
import * as ChildEnvironment from "./ChildEnvironment.ts"
import * as SentinelAddress from "./SentinelAddress.ts"
import * as Terminator from "./Terminator.ts"

export interface Options {
  readonly sentinel: Option.Option<Origin>
  readonly command: ReadonlyArray<string>
}

/** The authority of a Sentinel that was started in this folder with `--tls`, if there is one. */
const ownAuthority = FileSystem.FileSystem.use((files) =>
  files.readFileString(Path.join(Tls.folder, certificateName))
).pipe(Effect.orElseSucceed(() => undefined))

/** A port that speaks TLS answers plain http as well, to say so. */
const isGood = (answer: SentinelAddress.Answer): boolean => "status" in answer && answer.status === 200

/** The Sentinel that is named, or the one on this computer, which speaks TLS or does not. */
const find = Effect.fnUntraced(function* (named: Option.Option<Origin>, authorities: ReadonlyArray<string>) {
  const port = yield* sentinelPort
  const candidates = Option.match(named, {
    onNone: () => [Origin.make(`https://localhost:${port}`), Origin.make(`http://localhost:${port}`)],
    onSome: (origin) => [origin]
  })
  for (const origin of candidates) {
    if (isGood(yield* SentinelAddress.ask(origin, "/health/live", authorities))) return origin
  }
  return yield* new Failure({
    text: join("\n", [
      text`There is no Sentinel at ${candidates.join(" or ")}, or its certificate is not trusted.`,
      text`Start one with: le-auth sentinel start --tls. If it runs, do this in the folder where it was started, or name`,
      text`the certificate of its authority in NODE_EXTRA_CA_CERTS.`
    ]),
    code: "unavailable"
  })
})

/** Whether this Sentinel has the built-in account. */
const hasBuiltIn = (sentinel: Origin, authorities: ReadonlyArray<string>) => {
  const [{ id }] = SentinelConfig.development().accounts
  return Effect.map(
    SentinelAddress.ask(sentinel, `/api/account/${id}/service/baseURI.json?version=1.0`, authorities),
    isGood
  )
}

/** Runs the program, and ends as it does. */
export const run = Effect.fnUntraced(
  function* ({ command, sentinel: named }: Options) {
    const sentinelAuthority = yield* ownAuthority
    const authorities = sentinelAuthority === undefined ? [] : [sentinelAuthority]
    const sentinel = yield* find(named, authorities)
    if (sentinel.startsWith("http:")) {
      yield* Output.say(
        text`${sentinel} speaks no TLS. Programs that ask it for hosts will speak https to them: start it with --tls.`
      )
    }
    const isBuiltIn = !(yield* isConfigured) && (yield* hasBuiltIn(sentinel, authorities))

    const authority = yield* Authority.make({ names: ["liveperson.net"], networks: [] })
    const services = yield* Effect.context<Effect.Services<ReturnType<typeof Authority.issue>>>()
    const port = yield* Terminator.make({
      identityOf: (name) =>
        Authority.issue(authority, { names: [name], addresses: [] }).pipe(
          Effect.map(({ certificate, key }) => ({ cert: certificate, key: Redacted.value(key) })),
          Effect.runPromiseWith(services)
        ),
      connect: SentinelAddress.connector(sentinel, authorities)
    })
    const env = yield* ChildEnvironment.make({
      env: process.env,
      sentinel,
      port,
      authority: authority.certificate,
      sentinelAuthority,
      isBuiltIn
    })
    process.exitCode = yield* ChildProgram.run(command, env)
  },
  Effect.scoped,
  Effect.provide(NodeCrypto.layer),
  Effect.mapError(fromError)
)
