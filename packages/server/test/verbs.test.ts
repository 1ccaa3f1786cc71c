/** What people without Effect have of core: each method of its services, by a verb or for a reason not. */
import { assert, describe, it } from "@effect/vitest"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import { Domains } from "@le-auth/core/Domains"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import { Sessions } from "@le-auth/core/Sessions"
import { SignIn } from "@le-auth/core/SignIn"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { effectValuesIn } from "../../../tools/effect-values.ts"
import { createLeAuth, type LeAuth, type Options } from "../src/index.ts"
import { mapStores } from "./MapStores.ts"
import { Browser, credentials, origin, redirectUri, start } from "./Sentinel.ts"

type Verb = Exclude<keyof LeAuth, typeof Symbol.asyncDispose>
interface Reason {
  readonly without: string
}
/** The compiler wants a line for each method. */
type Table<S> = Readonly<Record<keyof S, ReadonlyArray<Verb> | Reason>>

const signIn: Table<Context.Service.Shape<typeof SignIn>> = {
  start: ["handler", "nodeHandler", "loginPath"],
  complete: ["handler", "nodeHandler"]
}

const sessions: Table<Context.Service.Shape<typeof Sessions>> = {
  begin: { without: "It is for a protocol of one's own; the callback's route begins sessions." },
  again: { without: "It answers a callback that came twice, which the callback's route does." },
  current: ["session"],
  list: ["sessions"],
  accessToken: ["accessToken"],
  refresh: { without: "A token is refreshed when it is due; another one than a refused one is that of `unless`." },
  renew: ["accessToken"],
  authorized: ["callApi"],
  flush: ["dispose"],
  forget: ["signOut"],
  revokeEverywhere: ["signOut"]
}

const domains: Table<Context.Service.Shape<typeof Domains>> = {
  resolve: ["serviceOrigin"],
  list: { without: "A program asks for a service by its name; all of them are for tools, as the command is one." },
  allows: { without: "Tokens go to allowed hosts only: callApi takes a service and a path, and no address." },
  isLocal: { without: "The options developmentHosts and redirectUri are checked against each other at the start." },
  forBrowser: { without: "The route login sends the browser there." }
}

const appTokens: Table<Context.Service.Shape<typeof AppTokens.AppTokens>> = {
  token: ["appToken"],
  renew: ["appToken"],
  authorized: ["callApiAsApp"]
}

const tables = { AppTokens: appTokens, Domains: domains, Sessions: sessions, SignIn: signIn }

/** Verbs that are of no method of these services. */
const others: ReadonlyArray<Verb> = ["ready", "verifyAppToken", "verifyWebhook"]

const services = Effect.all({
  AppTokens: AppTokens.AppTokens,
  Domains: Domains,
  Sessions: Sessions,
  SignIn: SignIn
}).pipe(
  Effect.provide(AppTokens.layer),
  Effect.provide([TestSignIn.layer, AppTokenStore.layerMemory, RefreshLock.layerMemory])
)

const silent = { info: () => {}, warn: () => {}, error: () => {} }

/** An application with a Sentinel of its own, which end with the test. */
const make = (options: Options = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const sentinel = start()
      const given = { ...credentials, redirectUri, domainApi: origin, fetch: sentinel.fetch, logger: silent, env: {} }
      const auth = createLeAuth({ ...given, ...options })
      return { auth, browser: new Browser(auth.handler, sentinel.handler), sentinel }
    }),
    ({ auth, sentinel }) => Effect.promise(() => Promise.all([auth.dispose(), sentinel.dispose()]))
  )

const rejected = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("It should have been refused."),
    (error: unknown) => error
  )

describe("the verbs", () => {
  it.effect("are there for each method of core's services, or it is said why not", () =>
    Effect.gen(function* () {
      const found = yield* services
      const { auth } = yield* make()
      for (const [name, service] of Object.entries(found)) {
        const table: Readonly<Record<string, ReadonlyArray<Verb> | Reason>> = tables[name as keyof typeof tables]
        assert.deepStrictEqual(Object.keys(table).toSorted(), Object.keys(service).toSorted(), name)
        for (const [method, line] of Object.entries(table)) {
          if ("without" in line) assert.match(line.without, /^[A-Z].*\.$/, `${name}.${method}`)
          else for (const verb of line) assert.isFunction(auth[verb], `${name}.${method}`)
        }
      }
    })
  )

  it.effect("are each in that table, or of no method", () =>
    Effect.gen(function* () {
      const { auth } = yield* make()
      const named = Object.values(tables).flatMap((table) =>
        Object.values<ReadonlyArray<Verb> | Reason>(table).flatMap((line) => ("without" in line ? [] : line))
      )
      assert.deepStrictEqual(Object.keys(auth).toSorted(), [...new Set([...named, ...others])].toSorted())
    })
  )
})

describe("what comes out", () => {
  it.effect("is plain values, of which none is of effect", () =>
    Effect.gen(function* () {
      const { auth, browser } = yield* make({ store: mapStores() })
      const given = yield* Effect.promise(async () => {
        const before = { ready: await auth.ready, session: await auth.session(browser.headers), path: auth.loginPath() }
        const answer = await browser.signIn()
        const session = await auth.session(browser.headers)
        assert.isTrue(session.signedIn)
        const who = browser.headers
        return {
          auth,
          before,
          answer,
          session,
          token: await auth.accessToken(who),
          call: await auth.callApi(
            who,
            "accountConfigReadOnly",
            "/api/account/{account}/configuration/le-users/users?v=6.0"
          ),
          sessions: await auth.sessions(credentials.accountId),
          origin: await auth.serviceOrigin(credentials.accountId, "sentinel"),
          headers: await auth.signOut(who)
        }
      })
      assert.deepStrictEqual(effectValuesIn(given), [])
    })
  )

  it.effect("of what fails neither", () =>
    Effect.gen(function* () {
      const { auth, browser } = yield* make()
      const empty = yield* make({ clientId: "", env: {} })
      const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
      const broken = yield* make({
        store: { ...mapStores(), browsers: { ...mapStores().browsers, get: () => Promise.reject(new Error("gone")) } }
      })
      const errors = yield* Effect.promise(async () => {
        const stranger = await rejected(auth.accessToken(browser.headers))
        await browser.signIn()
        const who = browser.headers
        return [
          stranger,
          await rejected(auth.callApi(who, "nothing", path)),
          await rejected(auth.accessToken({ accountId: "no account", subject: "1" })),
          await rejected(auth.serviceOrigin("11111111", "sentinel")),
          await rejected(empty.auth.ready),
          await rejected(broken.auth.session({ headers: { cookie: browser.cookie } })),
          await auth.dispose().then(() => rejected(auth.session(who)))
        ]
      })
      const tags = errors.map((error) => (error as { _tag?: unknown })._tag)
      assert.isAtLeast(new Set(tags).size, 5, tags.join(", "))
      assert.notInclude(tags, undefined)
      assert.deepStrictEqual(effectValuesIn(errors), [])
      for (const error of errors) assert.isUndefined((error as Error).cause)
    })
  )
})
