/**
 * The contracts of the ports, for stores that are in a browser: each operation is a request of one and the same
 * browser.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Contract from "@le-auth/testing/Contract"
import * as ContractSuite from "@le-auth/testing/ContractSuite"
import * as SessionStoreContract from "@le-auth/testing/SessionStoreContract"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as CookieSessionStore from "@le-auth/web/CookieSessionStore"
import * as CookieTransactionStore from "@le-auth/web/CookieTransactionStore"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { installation } from "../../core/test/ScriptedSentinel.ts"
import { sealKeys } from "./Application.ts"
import { type CookieJar, inRequest } from "./InRequest.ts"

const needed = Layer.merge(
  sealKeys("a"),
  Layer.orDie(Layer.provide(WebApplication.layer, AppInstallations.layer(installation)))
)

const transactions = Layer.effect(
  TransactionStore,
  Effect.map(TransactionStore, (store): TransactionStore["Service"] => {
    const browser: CookieJar = new Map()
    return {
      put: (id, record, timeToLive) => inRequest(browser, store.put(id, record, timeToLive)),
      take: (id) => inRequest(browser, store.take(id))
    }
  })
).pipe(Layer.provide(CookieTransactionStore.layerWith({ maximumOpen: 1000 })), Layer.provide(needed))

const sessions = (maximumSessions: number) =>
  Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (store): SessionStore["Service"] => {
      const browser: CookieJar = new Map()
      return {
        get: (key) => inRequest(browser, store.get(key)),
        set: (session, over) => inRequest(browser, store.set(session, over)),
        remove: (key, only) => inRequest(browser, store.remove(key, only)),
        list: (accountId) => inRequest(browser, store.list(accountId))
      }
    })
  ).pipe(Layer.provide(CookieSessionStore.layerWith({ maximumSessions, maximumSize: 100_000 })), Layer.provide(needed))

TransactionStoreSuite.suite("CookieTransactionStore", transactions)

/**
 * Requests that run at the same moment each know the cookies of before, and one browser does not hold the sessions of a
 * whole account; see the doc comment of `CookieSessionStore`.
 */
const byNature = [
  "64 sessions that are set at once are all kept",
  "an account has 300 sessions, and list gives them all"
]
const isByNature = ({ name }: { readonly name: string }) => byNature.includes(name)

ContractSuite.suite(
  { port: SessionStore, cases: SessionStoreContract.cases.filter((one) => !isByNature(one)) },
  "SessionStore: CookieSessionStore",
  sessions(100),
  { timeout: "100 seconds" }
)

describe("CookieSessionStore", () => {
  it.effect("breaks two demands of the contract by its nature, and no other", () =>
    Effect.gen(function* () {
      const cases = SessionStoreContract.cases.filter(isByNature)
      const { violations } = yield* Contract.check({ port: SessionStore, cases }, sessions(2))
      assert.deepStrictEqual(
        violations.map(({ name }) => name),
        byNature
      )
    })
  )
})
