/** What of `createLeAuth` depends on where it runs. */
import type { AppTokenStore } from "@le-auth/core/AppTokenStore"
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import type * as Seal from "@le-auth/core/Seal"
import type { SessionStore } from "@le-auth/core/SessionStore"
import type { TransactionStore } from "@le-auth/core/TransactionStore"
import type * as FetchSignIn from "@le-auth/core/FetchSignIn"
import type * as Layer from "effect/Layer"
import type { Persistence } from "effect/persistence/Persistence"
import type * as Result from "effect/Result"

/** What keeps sign-ins, sessions, browsers and app tokens. */
export type StoresLayer = Layer.Layer<
  TransactionStore | SessionStore | AppTokenStore | RefreshLock | Persistence,
  unknown
>

/** A request and a response of `node:http`, as little of them as matters here. */
export type Bridge = (
  handler: (request: Request) => Promise<Response>,
  onError: (error: unknown) => void
) => (request: object, response: object) => void

export interface Platform {
  readonly signIn: typeof FetchSignIn.layerServer
  /** The calls alone, for an application that signs in no user. */
  readonly calls: typeof FetchSignIn.layerCalls
  readonly seal: Layer.Layer<Layer.Services<typeof Seal.layerConfig>>
  /** The stores at a URL, or what is wrong with it. */
  readonly stores: (
    url: string,
    environment: Readonly<Record<"NODE_ENV" | "LE_AUTH_SEAL_KEYS", unknown>>
  ) => Result.Result<StoresLayer, ReadonlyArray<string>>
  /** How requests of `node:http` are answered, where there is such a thing. */
  readonly bridge: Bridge | undefined
}
