/** Puts the parts of a `TestSentinel` together. */
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { RedirectUri } from "@le-auth/core/Identifiers"
import type { Origin } from "@le-auth/core/Origin"
import { Control } from "@le-auth/sentinel/Control"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import type { SentinelDialect } from "@le-auth/sentinel/SentinelDialect"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as ReceivedRequest from "../ReceivedRequest.ts"
import * as TestBrowser from "../TestBrowser.ts"
import type { TestSentinel } from "../TestSentinel.ts"
import * as InProcessServer from "./inProcessServer.ts"
import { RequestLog } from "./requestLog.ts"

/** The application's side of the first installation of each account that may use codes. */
const installationsOf = (config: SentinelConfig): ReadonlyArray<AppInstallation> =>
  config.accounts.flatMap((account) => {
    const found = account.installations.find(
      ({ client_secret, enabled, grant_types }) =>
        enabled && client_secret !== undefined && grant_types.includes("authorization_code")
    )
    if (found?.client_secret === undefined) return []
    return new AppInstallation({
      accountId: account.id,
      clientId: found.client_id,
      clientSecret: found.client_secret,
      redirectUris: found.redirect_uris.map((uri) => RedirectUri.make(uri))
    })
  })

/** The user with this e-mail address, in all accounts that have one; without an address, the first user of all. */
const usersOf = (config: SentinelConfig, email: string | undefined) => {
  const all = config.accounts.flatMap((account) => account.users.map((user) => ({ accountId: account.id, ...user })))
  return email === undefined ? all.slice(0, 1) : all.filter((user) => user.email === email)
}

export const makeTestSentinel = Effect.fnUntraced(function* (options: {
  readonly config: SentinelConfig
  readonly origin: Origin
  readonly dialect: SentinelDialect
}) {
  const { config, origin } = options
  const control = yield* Control
  const server = yield* InProcessServer.make(origin, options.dialect)
  let { dialect } = options

  const log = new RequestLog()

  const client = HttpClient.make((request, url) =>
    Effect.gen(function* () {
      if (url.origin !== origin) {
        const description = `Only ${origin} can be reached in this test, not ${url.origin}`
        return yield* new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, description })
        })
      }
      yield* log.add(ReceivedRequest.fromClientRequest(request, url, yield* Clock.currentTimeMillis))
      return yield* server.handle(request)
    })
  )

  const newBrowser = TestBrowser.make({ client, config, origin })

  const sentinel: TestSentinel["Service"] = {
    origin,
    config,
    control,
    installations: installationsOf(config),
    newBrowser,
    approve: (url, options) => Effect.flatMap(newBrowser, (browser) => browser.approve(url, options)),
    deny: (url, options) => Effect.flatMap(newBrowser, (browser) => browser.deny(url, options)),
    quirks: (changes) =>
      Effect.suspend(() => {
        dialect = { ...dialect, ...changes }
        return server.restart(dialect)
      }),
    misbehave: (target, ...misbehaviours) =>
      Effect.forEach(
        misbehaviours,
        (action) => Effect.orDie(control.faults.add({ match: { route: target }, action, times: 1 })),
        { discard: true }
      ),
    requests: (target = "any") => Effect.sync(() => log.to(target)),
    untilReceived: (target, count = 1) => log.until(target, count),
    endSession: Effect.fnUntraced(function* (email) {
      const users = usersOf(config, email)
      if (users.length === 0) return yield* Effect.die(new Error(`The configuration has no user ${email ?? ""}`))
      yield* Effect.orDie(
        Effect.forEach(users, ({ accountId, id }) => control.sessions.endUser(accountId, id), { discard: true })
      )
    })
  }
  return { client, sentinel }
})
