/** What several processes of an application do to the same session. */
import { assert, layer } from "@effect/vitest"
import { Session } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { key, session } from "../Samples.ts"
import { runScript } from "../SqliteFile.ts"
import { stores } from "./Engines.ts"
import { type Answering, rotatingSentinel } from "./RotatingSentinel.ts"
import type { Place, Question } from "./sessionProcess.ts"

export interface Engine {
  readonly name: string
  /** Known when the tests run. */
  readonly url: () => string
  /** Where locks are that end by themselves when their holder stands still, if they do not there. */
  readonly leases?: () => string
}

/** A refresh that ends late. */
interface Late {
  readonly subject: string
  readonly answering: Answering
  readonly grant: string
  readonly serial: number
}

const count = 8
const callers = 12

const startProcess = Effect.fnUntraced(function* (sentinel: string) {
  const child = yield* runScript("stores/sessionProcess.ts", [sentinel])
  let serial = 0
  return {
    stop: child.stop,
    goOn: child.goOn,
    /** When its callers are at the lock, gives what waits for their answers. */
    ask: Effect.fnUntraced(function* (question: Question) {
      const id = `${++serial}`
      yield* child.say(JSON.stringify([id, question]))
      yield* child.line(`waiting ${id}`)
      return Effect.map(child.line(`answer ${id} `), (line) => JSON.parse(line) as ReadonlyArray<string>)
    })
  }
})

const make = Effect.gen(function* () {
  const sentinel = yield* rotatingSentinel
  const processes = yield* Effect.all(
    Array.from({ length: count }, () => startProcess(sentinel.origin)),
    { concurrency: "unbounded" }
  )
  return { sentinel, processes }
})

/** The same for all engines: to start a process takes longer than what it does then. */
class Application extends Context.Service<Application, Effect.Success<typeof make>>()(
  "@le-auth/node/test/stores/sessionProcesses/Application"
) {}

const open = Effect.fnUntraced(function* (url: string) {
  const application = yield* Application
  const store = Context.get(yield* Layer.build(Layer.fresh(stores(url))), SessionStore)
  /** Somebody has signed in long ago: it is time for another token, and this one is still good. */
  const signIn = Effect.fnUntraced(function* (subject: string, grant: string) {
    const tokens = application.sentinel.begin(grant)
    const signedIn = new Session({
      ...session(subject, undefined, tokens.access_token),
      refreshToken: Redacted.make(tokens.refresh_token),
      expiresAt: Number.MAX_SAFE_INTEGER
    })
    yield* store.set(signedIn, "any")
    return tokens
  })
  const stored = (subject: string) =>
    Effect.map(
      store.get(key(subject)),
      Option.match({
        onNone: () => "nothing",
        onSome: ({ accessToken, refreshToken }) => ({
          access_token: Redacted.value(accessToken),
          refresh_token: Redacted.value(refreshToken!)
        })
      })
    )
  return { ...application, signIn, stored }
})

export const provesSessions = (engines: ReadonlyArray<Engine>): void => {
  layer(Layer.effect(Application, make), { excludeTestServices: true, timeout: "100 seconds" })(
    "several processes of an application",
    (it) => {
      for (const [index, engine] of engines.entries()) {
        it.effect(
          `F4: ${engine.name}: a process that stood still for longer than its lease takes nothing newer away, however its refresh ends`,
          () =>
            Effect.gen(function* () {
              const url = engine.url()
              const place: Place = { sessions: url, locks: engine.leases?.() ?? url }
              const { processes, sentinel, signIn, stored } = yield* open(url)
              const [late, other] = [processes[0]!, processes[1]!]
              const [failed, refused, given, again] = [
                `failed-${index}`,
                `refused-${index}`,
                `given-${index}`,
                `again-${index}`
              ] as const
              /**
               * What each late refresh is answered with, whose tokens are the newest by then, and how many refreshes
               * old they are.
               */
              const sessions: ReadonlyArray<Late> = [
                { subject: failed, answering: () => [503, {}], grant: failed, serial: 1 },
                { subject: refused, answering: () => [400, { error: "invalid_grant" }], grant: refused, serial: 1 },
                { subject: given, answering: (usual) => usual(), grant: again, serial: 0 }
              ]
              const accessToken = (grant: string, serial: number) => sentinel.tokensOf(grant, serial).access_token
              const use = (process: typeof late, subject: string) =>
                process.ask({ place, subject, callers: 1, method: "accessToken" })

              const held = yield* Effect.forEach(sessions, ({ answering, subject }) =>
                Effect.map(signIn(subject, subject), (tokens) => sentinel.hold(tokens.refresh_token, answering))
              )
              const lateAnswers = yield* Effect.forEach(sessions, ({ subject }) => use(late, subject))
              for (const { arrived } of held) yield* arrived
              yield* Effect.acquireRelease(late.stop, () => late.goOn)

              // The late one holds the locks, so the other gets there only when the leases are over.
              const answers = [yield* use(other, failed), yield* use(other, refused)]
              assert.deepStrictEqual((yield* Effect.all(answers)).flat(), [
                accessToken(failed, 1),
                accessToken(refused, 1)
              ])
              yield* signIn(given, again)

              for (const { release } of held) yield* release
              yield* late.goOn
              const used = (yield* Effect.all(lateAnswers)).flat()
              for (const { grant, serial, subject } of sessions) {
                assert.deepStrictEqual(yield* stored(subject), sentinel.tokensOf(grant, serial))
              }
              // The token whose refresh failed is good until its time is over.
              assert.deepStrictEqual(used, [accessToken(failed, 0), accessToken(refused, 1), accessToken(again, 0)])

              // It goes on, wherever it is asked for.
              for (const { grant, serial, subject } of sessions) {
                for (const [round, process] of [late, other].entries()) {
                  const unless = accessToken(grant, serial + round)
                  const answer = yield* process.ask({ place, subject, callers: 1, method: "renew", unless })
                  assert.deepStrictEqual(yield* answer, [accessToken(grant, serial + round + 1)])
                  assert.deepStrictEqual(yield* stored(subject), sentinel.tokensOf(grant, serial + round + 1))
                }
              }
            })
        )

        for (const method of ["refresh", "renew"] as const) {
          it.effect(
            `${method === "refresh" ? "F3, F4" : "F3, F4, G3"}: ${engine.name}: ${count * callers} callers of ${method} in ${count} processes cause one refresh, and all get its token`,
            () =>
              Effect.gen(function* () {
                const url = engine.url()
                const { processes, sentinel, signIn, stored } = yield* open(url)
                const subject = `${method}-${index}`
                const { access_token, refresh_token } = yield* signIn(subject, subject)
                const held = sentinel.hold(refresh_token, (usual) => usual())
                const place: Place = { sessions: url, locks: url }
                const answers = yield* Effect.forEach(
                  processes,
                  ({ ask }) => ask({ place, subject, callers, method, unless: access_token }),
                  { concurrency: "unbounded" }
                )
                yield* held.release
                const got = yield* Effect.forEach(answers, (answer) => answer)
                const next = sentinel.tokensOf(subject, 1)
                assert.deepStrictEqual(
                  got.flat(),
                  Array.from({ length: count * callers }, () => next.access_token)
                )
                assert.deepStrictEqual(sentinel.asked(subject), [refresh_token])
                assert.deepStrictEqual(yield* stored(subject), next)
              })
          )
        }
      }
    }
  )
}
