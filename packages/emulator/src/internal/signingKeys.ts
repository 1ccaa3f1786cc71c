/**
 * The signing key of the Sentinels of this process. It takes a tenth of a second to make one, so all begin with the
 * same one, and none waits for it before it is needed.
 */
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Crypto from "node:crypto"
import { promisify } from "node:util"

let made: Promise<Redacted.Redacted<string>> | undefined

const generate = async () => {
  const { privateKey } = await promisify(Crypto.generateKeyPair)("rsa", { modulusLength: 2048 })
  return Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), { label: "signing_key" })
}

const keysOfProcess = Layer.unwrap(
  Effect.map(
    Effect.promise(() => (made ??= generate())),
    (key) => Layer.orDie(SigningKeys.layerFrom([key]))
  )
)

/** Each has keys of its own from there on: what one rotates, no other sees. */
export const layer = Layer.effect(
  SigningKeys.SigningKeys,
  Effect.gen(function* () {
    const context = yield* Effect.context<Layer.Services<typeof keysOfProcess>>()
    const scope = yield* Effect.scope
    const built = yield* Effect.cached(
      Effect.map(Layer.buildWithScope(keysOfProcess, scope), Context.get(SigningKeys.SigningKeys)).pipe(
        Effect.provideContext(context)
      )
    )
    yield* Effect.forkScoped(built)
    return SigningKeys.SigningKeys.of({
      sign: (claims) => Effect.flatMap(built, ({ sign }) => sign(claims)),
      signAppToken: (claims) => Effect.flatMap(built, ({ signAppToken }) => signAppToken(claims)),
      verifyIdToken: (token) => Effect.flatMap(built, ({ verifyIdToken }) => verifyIdToken(token)),
      verifyAppToken: (token) => Effect.flatMap(built, ({ verifyAppToken }) => verifyAppToken(token)),
      keySet: Effect.flatMap(built, ({ keySet }) => keySet),
      rotate: Effect.flatMap(built, ({ rotate }) => rotate)
    })
  })
)
