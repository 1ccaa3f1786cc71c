/**
 * A process of its own for the tests, see Processes.ts: says `ready`, does its work when it is told to, and says what
 * came out.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as Sessions from "@le-auth/core/Sessions"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { installation } from "./FakeSentinel.ts"
import * as Samples from "./Samples.ts"

/** What a process is asked for. */
export type Work =
  | { readonly _tag: "Hold"; readonly directory: string; readonly key: string }
  | { readonly _tag: "KeepSessions"; readonly file: string; readonly subjects: ReadonlyArray<string> }
  | {
      readonly _tag: "AccessToken"
      readonly file: string
      readonly directory: string
      readonly sentinel: string
      readonly subject: string
    }

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const run = (work: Work): Effect.Effect<string, unknown> => {
  switch (work._tag) {
    case "Hold":
      return RefreshLock.use((lock) => lock.withLock(work.key, Effect.andThen(say("holding"), Effect.never))).pipe(
        Effect.provide(FileRefreshLock.layerAt(work.directory))
      )
    case "KeepSessions":
      return SessionStore.use((store) =>
        Effect.forEach(work.subjects, (subject) => store.set(Samples.session(subject), "any"), { concurrency: 4 })
      ).pipe(Effect.as("kept"), Effect.provide(SessionFile.layerAt(work.file)))
    case "AccessToken":
      return Effect.map(Sessions.accessToken(Samples.key(work.subject)), Redacted.value).pipe(
        Effect.provide(
          Layer.provide(
            NodeServerSignIn.layerServer,
            Layer.mergeAll(
              AppInstallations.layer(installation()),
              TransactionStore.layerMemory,
              SessionFile.layerAt(work.file),
              FileRefreshLock.layerAt(work.directory)
            )
          )
        ),
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromEnv({ env: { LE_AUTH_DOMAIN_API: work.sentinel } })
        )
      )
  }
}

process.stdout.write("ready\n")
process.stdin.once("data", () => {
  void Effect.runPromise(Effect.flatMap(run(JSON.parse(process.argv[2]!)), say)).finally(() => process.stdin.destroy())
})
