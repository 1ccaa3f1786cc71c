/**
 * Ours, as a program composes it: services from layers, Node's cryptography and undici. Each call is a promise, as an
 * application without Effect makes it; `inOneEffect` has the loop inside one Effect, as a program's own code does.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import { AuthorizeRequest, toUrl } from "@le-auth/core/AuthorizeRequest"
import * as CallbackResult from "@le-auth/core/CallbackResult"
import * as Domains from "@le-auth/core/Domains"
import { AccountId, ClientId, RedirectUri, State } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import { Origin } from "@le-auth/core/Origin"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as p from "./Parameters.ts"

export const name = "le-auth"

const installation = new AppInstallations.AppInstallation({
  accountId: AccountId.make(p.account),
  clientId: ClientId.make(p.clientId),
  clientSecret: Redacted.make(p.clientSecret),
  redirectUris: [RedirectUri.make(p.redirectUri)]
})

const known = Effect.succeed(Origin.make(p.sentinel))

/** The host is known already, as after the first sign-in. */
const domains = Layer.succeed(Domains.Domains, {
  resolve: () => known,
  list: () => Effect.succeed([]),
  allows: () => true,
  isLocal: () => true,
  forBrowser: (sentinel) => sentinel
})

const layer = SignIn.layerWith({ pkce: true }).pipe(
  Layer.provideMerge(Sessions.layer),
  Layer.provideMerge(SentinelClient.layer),
  Layer.provideMerge(domains),
  Layer.provideMerge(AppInstallations.layer(installation)),
  Layer.provideMerge(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
  Layer.provideMerge(Layer.merge(NodeHttp.layer, NodeCrypto.layer))
)

const runtime = ManagedRuntime.make(layer)

/** A number of times, this many at once. */
const repeat = <A, E, R>(effect: Effect.Effect<A, E, R>, times: number, concurrency: number) =>
  concurrency === 1
    ? Effect.gen(function* () {
        for (let index = 0; index < times; index++) yield* effect
      })
    : Effect.forEach(Array.from({ length: times }), () => effect, { concurrency, discard: true })

const begin = SignIn.start()

/** Fresh state and PKCE, and the record of the sign-in stored. */
export const start = () => runtime.runPromise(begin)

export const authorizeUrl = () =>
  toUrl(
    new AuthorizeRequest({
      accountId: installation.accountId,
      clientId: installation.clientId,
      redirectUri: installation.redirectUris[0]!,
      state: State.make(p.state)
    }),
    p.sentinel
  )

/** The form, and the state against the one expected. */
export const callback = (address: string) => {
  const result = Result.getOrThrow(CallbackResult.fromUrl(address))
  if (result.state !== p.state) throw new Error("another state")
  return result
}

const code = Redacted.make(p.code)
const refreshToken = Redacted.make(p.refreshToken)
const grants = (origin: string) => {
  const endpoint = { installation, sentinel: Origin.make(origin) }
  const [redirectUri] = installation.redirectUris
  return {
    exchange: SentinelClient.SentinelClient.use((client) => client.exchange({ ...endpoint, code, redirectUri })),
    refresh: SentinelClient.SentinelClient.use((client) => client.refresh({ ...endpoint, refreshToken }))
  }
}

export const token = (origin: string) => {
  const { exchange, refresh } = grants(origin)
  return { exchange: () => runtime.runPromise(exchange), refresh: () => runtime.runPromise(refresh) }
}

const verified = (token: string, jwk: IdToken.JsonWebKeySet["keys"][number]) =>
  IdToken.verify({ token: Redacted.make(token), clientId: installation.clientId, keys: { keys: [jwk] } })

/** Signature, audience, issuer and times; the key by its kid. */
export const verify = (token: string, jwk: IdToken.JsonWebKeySet["keys"][number]) => {
  const effect = verified(token, jwk)
  return () => runtime.runPromise(effect)
}

/** Over the answer of a token server at this origin; what is timed is the memory. */
const appTokenRuns = (origin: string) => {
  const there = Effect.succeed(Origin.make(origin))
  const appTokens = ManagedRuntime.make(
    AppTokens.layer.pipe(
      Layer.provide(SentinelClient.layer),
      Layer.provide(
        Layer.succeed(Domains.Domains, {
          resolve: () => there,
          list: () => Effect.succeed([]),
          allows: () => true,
          isLocal: () => true,
          forBrowser: (sentinel) => sentinel
        })
      ),
      Layer.provide([AppInstallations.layer(installation), AppTokenStore.layerMemory, RefreshLock.layerMemory]),
      Layer.provide([NodeHttp.layer, NodeCrypto.layer])
    )
  )
  return (times: number) =>
    appTokens.runPromise(
      AppTokens.AppTokens.use((tokens) =>
        Effect.gen(function* () {
          for (let index = 0; index < times; index++) yield* tokens.token()
        })
      )
    )
}

type Times = (times: number) => Promise<unknown>

/** The same works inside one Effect, by their ids. */
export const inOneEffect: Record<
  string,
  (given: { origin: string; idToken: () => Parameters<typeof verify> }) => Times
> = {
  start: () => (times) => runtime.runPromise(repeat(begin, times, 1)),
  "exchange, 32":
    ({ origin }) =>
    (times) =>
      runtime.runPromise(repeat(grants(origin).exchange, times, 32)),
  "exchange, 1":
    ({ origin }) =>
    (times) =>
      runtime.runPromise(repeat(grants(origin).exchange, times, 1)),
  "refresh, 32":
    ({ origin }) =>
    (times) =>
      runtime.runPromise(repeat(grants(origin).refresh, times, 32)),
  id_token: ({ idToken }) => {
    const effect = verified(...idToken())
    return (times) => runtime.runPromise(repeat(effect, times, 1))
  },
  "app token": ({ origin }) => appTokenRuns(origin)
}
