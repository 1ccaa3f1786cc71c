/** One signing key for all Sentinels of the test process, since it takes a tenth of a second to make one. */
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { layerCrypto } from "./crypto.ts"

const memo = Layer.makeMemoMapUnsafe()
/** Never closed: the key lives as long as the process. */
const forever = Scope.makeUnsafe()

export const layerSharedKeys: Layer.Layer<SigningKeys.SigningKeys> = Layer.effectContext(
  Effect.suspend(() => Layer.buildWithMemoMap(SigningKeys.layer.pipe(Layer.provide(layerCrypto)), memo, forever))
)
