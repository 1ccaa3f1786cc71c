/**
 * Where Sentinel keeps its sessions, codes and tokens: `--store`.
 */
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Control from "@le-auth/sentinel/Control"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

export type Store = Exclude<StoreUrl.StoreUrl, StoreUrl.RedisUrl>

/** Reads the flag. The problem does not repeat it, since it may have a password in it. */
export const read = (text: string): Result.Result<Store, string> =>
  Result.flatMap(
    Result.mapError(StoreUrl.fromText(text), (problem) => `--store: ${problem}`),
    (url) =>
      url._tag === "Redis"
        ? Result.fail(
            "--store: Redis keeps no Sentinel. It replicates later than it answers, so after a failover a used refresh token " +
              "could work again. Use sqlite:PATH or postgres://…"
          )
        : Result.succeed(url)
  )

/**
 * The services of Sentinel and its control, over a store. The code for databases is loaded only if one is used, which
 * keeps the start fast.
 */
export const services = Effect.fnUntraced(function* (
  store: Store,
  config: SentinelConfig,
  options: Control.Options & { readonly replaces: boolean }
) {
  if (store._tag === "Memory") return Control.layerMemory(config, options)
  const { layer } = yield* Effect.promise(() => import("./DatabaseStore.ts"))
  return layer(store, config, options)
})
