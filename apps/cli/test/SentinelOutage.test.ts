/** A PostgreSQL that goes away under a running command, and comes back. */
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as PostgresDatabase from "../../../packages/node/test/PostgresDatabase.ts"
import { cable } from "../../../packages/node/test/stores/Cable.ts"
import { start } from "./Cli.ts"
import { authorize, redeem, refresh } from "./sentinel/SignedIn.ts"

const postgres = PostgresDatabase.ofThisFile()

const env = { LE_AUTH_SEAL_KEYS: "a secret of forty-three characters or more...." }

/** Asks again until readiness is as it should be, and says how long that took, in milliseconds. */
const readiness = (origin: string, status: number) =>
  Effect.promise(async () => {
    const from = performance.now()
    while ((await fetch(`${origin}/health/ready`)).status !== status) continue
    return performance.now() - from
  })

const running = Effect.fnUntraced(function* (store: string) {
  const sentinel = start(["sentinel", "start", "--port", "0", "--json", "--no-access-log"], {
    ...env,
    SENTINEL_STORE: store
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => sentinel.child.kill("SIGKILL")))
  const [line] = yield* Effect.promise(() => sentinel.output(/^\{.*\}$/m))
  return { ...sentinel, origin: JSON.parse(line).address as string }
})

// They wait most of the time, for what the database does not answer.
describe.concurrent("le-auth sentinel start, when PostgreSQL goes away", () => {
  for (const failure of ["cut", "silence"] as const) {
    it.live(
      `R92: ${failure}: ready turns red, requests get 503 in time, and all goes on by itself when it is back`,
      () =>
        Effect.gen(function* () {
          const line = yield* cable(postgres.url)
          const { origin } = yield* running(line.url)
          const tokens = yield* Effect.promise(async () => redeem(origin, await authorize(origin)))
          assert.strictEqual(tokens.status, 200)
          yield* readiness(origin, 200)

          yield* line[failure]
          const from = performance.now()
          const [answer, red] = yield* Effect.all(
            [Effect.promise(() => refresh(origin, tokens.body["refresh_token"])), readiness(origin, 503)],
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual([answer.status, answer.body["error"]], [503, "temporarily_unavailable"])
          // A second until it asks, two until it gives up; five for the request. TCP itself waits for a
          // quarter of an hour.
          assert.isBelow(Math.max(red, performance.now() - from), 60_000)
          assert.strictEqual((yield* Effect.promise(() => fetch(`${origin}/health/live`))).status, 200)

          yield* line.mend
          yield* readiness(origin, 200)
          const again = yield* Effect.promise(() => refresh(origin, tokens.body["refresh_token"]))
          assert.strictEqual(again.status, 200)
        })
    )
  }

  it.live("R93: SIGTERM ends it with 0 though the database says nothing", () =>
    Effect.gen(function* () {
      const line = yield* cable(postgres.url)
      const sentinel = yield* running(line.url)
      yield* line.silence
      sentinel.child.kill("SIGTERM")
      const { code, stderr } = yield* Effect.promise(() => sentinel.result)
      assert.strictEqual(code, 0)
      assert.notInclude(stderr, new URL(postgres.url).password)
    })
  )
})
