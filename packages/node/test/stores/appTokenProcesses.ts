/** What several processes of an application without users cost at a whole Sentinel. */
import { assert, layer } from "@effect/vitest"
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { runScript } from "../SqliteFile.ts"
import type { Application, Question } from "./appTokenProcess.ts"
import { sealed, stores } from "./Engines.ts"
import { loadBalancer } from "./LoadBalancer.ts"
import { accountId, sentinelNode } from "./sentinelNode.ts"

export interface Engine {
  readonly name: string
  /** Known when the tests run. */
  readonly url: () => string
  /** A store of its own, and what takes it away from those who are connected. */
  readonly leaving: Effect.Effect<
    { readonly url: string; readonly leave: Effect.Effect<unknown, unknown> },
    unknown,
    Scope.Scope
  >
}

const count = 8
const callers = 12
const clientSecret = "planted-client-secret"
const clientIds = Array.from({ length: 16 }, (_, index) => `server-application-${index}`)

const config = SentinelConfig.fromUnknown({
  accounts: [
    {
      id: accountId,
      users: [],
      installations: clientIds.map((client_id) => ({
        client_id,
        client_secret: clientSecret,
        client_name: client_id,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        scope: "users.external"
      }))
    }
  ]
})

const startProcess = Effect.fnUntraced(function* (sentinel: string) {
  const child = yield* runScript("stores/appTokenProcess.ts", [sentinel])
  yield* child.line("ready")
  let serial = 0
  return {
    /** When its callers wait, gives what waits for their answers. */
    ask: Effect.fnUntraced(function* (question: Question) {
      const id = `${++serial}`
      yield* child.say(JSON.stringify([id, question]))
      yield* child.line(`waiting ${id}`)
      return Effect.map(child.line(`answer ${id} `), (line) => JSON.parse(line) as ReadonlyArray<string>)
    })
  }
})

const isTokenRequest = /\/app\/token/

const make = Effect.gen(function* () {
  const front = yield* loadBalancer
  front.serve([yield* sentinelNode(yield* config, { publicOrigin: front.origin })])
  const processes = yield* Effect.all(
    Array.from({ length: count }, () => startProcess(front.origin)),
    { concurrency: "unbounded" }
  )
  /** Asks all of them at once. Sentinel answers when all wait. Gives their tokens, and how many requests came. */
  const ask = Effect.fnUntraced(function* (question: Question) {
    const answered = () => front.seen.filter(({ path }) => isTokenRequest.test(path)).length
    const before = answered()
    const allWait = Deferred.makeUnsafe<void>()
    front.hold(isTokenRequest, Effect.runPromise(Deferred.await(allWait)))
    const answers = yield* Effect.forEach(processes, (process) => process.ask(question), { concurrency: "unbounded" })
    yield* Deferred.succeed(allWait, undefined)
    const got = (yield* Effect.forEach(answers, (answer) => answer)).flat()
    return { got, requests: answered() - before }
  })
  const nextClientId = clientIds.values()
  return {
    ask,
    /** A new application, whose processes are connected to a store. */
    open: Effect.fnUntraced(function* (url: string) {
      const clientId = nextClientId.next().value!
      const application: Application = { url, accountId, clientId, clientSecret, name: "first" }
      yield* ask({ application, method: "open", callers: 1 })
      return application
    })
  }
})

/** The same for all engines: to start a process takes longer than what it does then. */
class Processes extends Context.Service<Processes, Effect.Success<typeof make>>()(
  "@le-auth/node/test/stores/appTokenProcesses/Processes"
) {}

/** A JWT with what Sentinel says of the application. */
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>

/** All callers of all processes got one token of this application. Gives it. */
const isOneToken = (got: ReadonlyArray<string>, { clientId }: Application): string => {
  assert.lengthOf(got, count * callers)
  assert.lengthOf(new Set(got), 1, [...new Set(got)].join("\n"))
  const { azp, scope } = claimsOf(got[0]!)
  assert.deepStrictEqual({ azp, scope }, { azp: clientId, scope: "users.external" })
  return got[0]!
}

export const provesAppTokens = (engines: ReadonlyArray<Engine>): void => {
  layer(Layer.effect(Processes, make), { excludeTestServices: true, timeout: "200 seconds" })(
    "several processes of an application without users",
    (it) => {
      for (const { leaving, name, url } of engines) {
        it.effect(
          `K1: ${name}: ${count * callers} callers in ${count} processes cause one request, and processes that come later none`,
          () =>
            Effect.gen(function* () {
              const { ask, open } = yield* Processes
              const application = yield* open(url())
              const first = yield* ask({ application, method: "token", callers })
              const token = isOneToken(first.got, application)
              assert.strictEqual(first.requests, 1)
              const later = yield* ask({ application: { ...application, name: "later" }, method: "token", callers })
              assert.strictEqual(isOneToken(later.got, application), token)
              assert.strictEqual(later.requests, 0)
            })
        )

        it.effect(
          `K1: ${name}: ${count * callers} callers in ${count} processes whose token was refused cause one request`,
          () =>
            Effect.gen(function* () {
              const { ask, open } = yield* Processes
              const application = yield* open(url())
              const key = new AppTokenKey({
                accountId: AccountId.make(accountId),
                clientId: ClientId.make(application.clientId)
              })
              const store = Context.get(
                yield* Layer.build(Layer.fresh(Layer.provide(sealed("application"), stores(url())))),
                AppTokenStore
              )
              const now = yield* Clock.currentTimeMillis
              const accessToken = Redacted.make("planted-refused")
              const times = { obtainedAt: now, renewAt: now + 3_000_000, expiresAt: now + 3_600_000 }
              yield* store.set(new AppToken({ key, accessToken, ...times }))

              const held = yield* ask({ application, method: "token", callers })
              assert.deepStrictEqual([...new Set(held.got)], ["planted-refused"])
              assert.strictEqual(held.requests, 0)
              const renewed = yield* ask({ application, method: "renew", unless: "planted-refused", callers })
              const token = isOneToken(renewed.got, application)
              assert.strictEqual(renewed.requests, 1)
              const stored = Option.getOrThrow(yield* store.get(key))
              assert.strictEqual(Redacted.value(stored.accessToken), token)
            })
        )

        it.effect(`K1: ${name}: a store and a lock that are down cost one request per process, and no failure`, () =>
          Effect.gen(function* () {
            const { ask, open } = yield* Processes
            const { leave, url } = yield* leaving
            const application = yield* open(url)
            yield* leave
            const { got, requests } = yield* ask({ application, method: "token", callers })
            assert.lengthOf(got, count * callers)
            for (const token of got) assert.strictEqual(claimsOf(token)["azp"], application.clientId, token)
            assert.strictEqual(requests, count)
            const again = yield* ask({ application, method: "token", callers })
            assert.deepStrictEqual(new Set(again.got), new Set(got))
            assert.strictEqual(again.requests, 0)
          })
        )
      }
    }
  )
}
