/**
 * Ours, as a program composes it: services from layers, Node's cryptography and undici. A loop runs inside one Effect,
 * as a program's own code does.
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
export const dispose = () => runtime.dispose()

const repeat = <A, E, R>(effect: Effect.Effect<A, E, R>, times: number, concurrency = 1) =>
  concurrency === 1
    ? Effect.gen(function* () {
        for (let index = 0; index < times; index++) yield* effect
      })
    : Effect.forEach(Array.from({ length: times }), () => effect, { concurrency, discard: true })

/** Fresh state and PKCE, and the record of the sign-in stored. */
export const start = (times: number) => runtime.runPromise(repeat(SignIn.start(), times))

const fixed = new AuthorizeRequest({
  accountId: installation.accountId,
  clientId: installation.clientId,
  redirectUri: installation.redirectUris[0]!,
  state: State.make(p.state)
})
export const authorizeUrl = () => toUrl(fixed, p.sentinel)

/** The form, and the state against the one expected. */
export const callback = (address: string) => {
  const result = Result.getOrThrow(CallbackResult.fromUrl(address))
  if (result.state !== p.state) throw new Error("another state")
  return result
}

export const token = (origin: string) => {
  const endpoint = { installation, sentinel: Origin.make(origin) }
  const client = Effect.runSync(Effect.succeed(SentinelClient.SentinelClient))
  return {
    exchange: (times: number, concurrency: number) =>
      runtime.runPromise(
        Effect.flatMap(client, (sentinel) =>
          repeat(
            sentinel.exchange({ ...endpoint, code: Redacted.make(p.code), redirectUri: installation.redirectUris[0] }),
            times,
            concurrency
          )
        )
      ),
    refresh: (times: number, concurrency: number) =>
      runtime.runPromise(
        Effect.flatMap(client, (sentinel) =>
          repeat(sentinel.refresh({ ...endpoint, refreshToken: Redacted.make(p.refreshToken) }), times, concurrency)
        )
      )
  }
}

/** Over the answer of a token server at this origin; what is timed is the memory. */
export const appToken = (origin: string) => {
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
  return {
    run: (times: number) =>
      appTokens.runPromise(
        AppTokens.AppTokens.use((tokens) =>
          Effect.gen(function* () {
            for (let index = 0; index < times; index++) yield* tokens.token()
          })
        )
      ),
    dispose: () => appTokens.dispose()
  }
}

/** Signature, audience, issuer and times; the key by its kid. */
export const verify = (token: string, keys: IdToken.JsonWebKeySet) => {
  const effect = IdToken.verify({ token: Redacted.make(token), clientId: installation.clientId, keys })
  return (times: number) => runtime.runPromise(repeat(effect, times))
}
