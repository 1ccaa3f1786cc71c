/**
 * The keys that sign id_tokens and app tokens, and their public halves.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import type * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SigningKey from "./internal/keys/SigningKey.ts"

/**
 * Signs id_tokens and app tokens with RSA (RS256), publishes the public keys and rotates them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-3.1 RFC 7515 section 3.1}
 * @category services
 * @since 0.1.0
 */
export class SigningKeys extends Context.Service<
  SigningKeys,
  {
    /**
     * Signs the claims of an id_token: a JWT in compact form, whose `kid` begins with `idtoken-`, unless the key was
     * given with another one. Fails with `StoreError` if keys in a database are out of reach.
     */
    readonly sign: (claims: object) => Effect.Effect<string, CryptoError.CryptoError | StoreError>
    /** Signs the claims of an app token in the same way. Its `kid` begins with `appjwt-`. */
    readonly signAppToken: (claims: object) => Effect.Effect<string, CryptoError.CryptoError | StoreError>
    /**
     * The claims of an id_token that one of the published keys has signed, also of one that has expired. `None` for
     * everything else, app tokens among it.
     */
    readonly verifyIdToken: (token: string) => Effect.Effect<Option.Option<unknown>, CryptoError.CryptoError>
    /**
     * The claims of an app token that one of the published keys has signed. `None` for everything else, id_tokens among
     * it. What the claims say, such as when they end, is not looked at.
     */
    readonly verifyAppToken: (token: string) => Effect.Effect<Option.Option<unknown>, CryptoError.CryptoError>
    /**
     * The JWK Set as JSON text, with public members only: each key twice, with its id for id_tokens and that for app
     * tokens. The same set is the same text.
     */
    readonly keySet: Effect.Effect<string, CryptoError.CryptoError>
    /**
     * Signs with a new key from now on, and gives its id. Where several nodes share keys, it signs as soon as all of
     * them publish it. The old key is published until the last token that it has signed has expired, and five minutes
     * longer, for clients whose clock is behind (OpenID Connect Core section 10.1.1).
     */
    readonly rotate: Effect.Effect<string, CryptoError.CryptoError | StoreError>
  }
>()("@le-auth/sentinel/SigningKeys") {}

interface Published {
  readonly key: SigningKey.SigningKey
  /** Milliseconds since 1970; the key that signs has no end. */
  readonly until: number
}

interface State {
  readonly signing: SigningKey.SigningKey
  readonly published: ReadonlyArray<Published>
  readonly keySet: string
}

const stateOf = (signing: SigningKey.SigningKey, published: ReadonlyArray<Published>): State => ({
  signing,
  published,
  keySet: `{"keys":[${published.map(({ key }) => key.publicJwks).join(",")}]}`
})

type Crypto = Signature.Signature | Digest.Digest

/** The first of the keys signs. */
const make = Effect.fnUntraced(function* (
  initial: Effect.Effect<Arr.NonEmptyReadonlyArray<SigningKey.SigningKey>, CryptoError.CryptoError, Crypto>
): Effect.fn.Return<SigningKeys["Service"], never, Crypto | Scope.Scope> {
  // Nothing else of this context: the clock is that of the caller.
  const services = Context.pick(Signature.Signature, Digest.Digest)(yield* Effect.context<Crypto>())
  const provided = Effect.provideContext(services)
  const first = yield* Effect.cached(
    Effect.map(provided(initial), (keys) =>
      stateOf(
        keys[0],
        keys.map((key) => ({ key, until: Infinity }))
      )
    )
  )
  yield* Effect.forkScoped(Effect.ignore(first))

  let state: State | undefined
  const current = Effect.suspend(() =>
    state === undefined ? Effect.map(first, (made) => (state ??= made)) : Effect.succeed(state)
  )
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  /** Without the keys whose time is over. */
  const upToDate = Effect.gen(function* () {
    const known = yield* current
    const now = yield* Clock.currentTimeMillis
    if (known.published.every(({ until }) => now < until)) return known
    return (state = stateOf(
      known.signing,
      known.published.filter(({ until }) => now < until)
    ))
  })

  const verifying = (kind: "verifyIdToken" | "verifyAppToken") => (token: string) =>
    Effect.flatMap(upToDate, ({ published }) =>
      SigningKey.verify(
        kind,
        published.map(({ key }) => key),
        token
      )
    )

  return {
    sign: (claims) => Effect.flatMap(current, ({ signing }) => signing.sign(claims)),
    signAppToken: (claims) => Effect.flatMap(current, ({ signing }) => signing.signAppToken(claims)),
    verifyIdToken: verifying("verifyIdToken"),
    verifyAppToken: verifying("verifyAppToken"),
    keySet: Effect.map(upToDate, ({ keySet }) => keySet),
    rotate: oneAtATime(
      Effect.gen(function* () {
        const next = yield* provided(SigningKey.generate)
        const { published, signing } = yield* current
        const now = yield* Clock.currentTimeMillis
        const until = Math.max(now, signing.lastExpiry()) + SigningKey.margin
        state = stateOf(next, [
          { key: next, until: Infinity },
          ...published.map((other) => (other.key === signing ? { key: signing, until } : other))
        ])
        return next.kid
      })
    )
  }
})

/**
 * One RSA key of 2048 bits, made when the layer is built, and lost when the process ends. It is made in the background,
 * so that a server answers before the key is there.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SigningKeys, never, Crypto> = Layer.effect(
  SigningKeys,
  make(Effect.map(SigningKey.generate, (key) => [key]))
)

/** Clients choose a key by its id, so no two keys are published under one, and none under an id of the other kind. */
const haveOwnIds = Effect.fnUntraced(function* (
  keys: ReadonlyArray<SigningKey.SigningKey>
): Effect.fn.Return<void, SigningKey.InvalidSigningKey> {
  const places = new Map<string, number>()
  for (const [index, { appKid, kid }] of keys.entries()) {
    const path = `signing_keys[${index}]`
    if (SigningKey.isOfAppTokens(kid)) {
      const problem = "has an id (kid) that begins with appjwt-, as those of app tokens do: give it another one"
      return yield* new SigningKey.InvalidSigningKey({ problem, path })
    }
    const other = places.get(kid) ?? places.get(appKid)
    if (other !== undefined) {
      const problem = `has an id (kid) under which signing_keys[${other}] is published: give it another one`
      return yield* new SigningKey.InvalidSigningKey({ problem, path })
    }
    places.set(kid, index).set(appKid, index)
  }
})

/**
 * Keys of the operator, so that id_tokens stay valid when Sentinel starts again: PKCS#8 in PEM form, or private JWKs.
 * The first one signs, and all are published. To change the key, put the new one in front, and remove the old one a day
 * later. Keys that `rotate` makes are lost when the process ends. Fails with {@link InvalidSigningKey} if a key cannot
 * be used, or has the id of another one.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
 * import * as Layer from "effect/Layer"
 * import type * as Redacted from "effect/Redacted"
 *
 * declare const pem: Redacted.Redacted<string> // of: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048
 *
 * export const KeysLive = SigningKeys.layerFrom([pem]).pipe(Layer.provide(NodeCrypto.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFrom = (
  keys: Arr.NonEmptyReadonlyArray<Redacted.Redacted<string>>
): Layer.Layer<SigningKeys, SigningKey.InvalidSigningKey, Crypto> =>
  Layer.effect(
    SigningKeys,
    Effect.gen(function* () {
      const read = (text: Redacted.Redacted<string>, index: number) =>
        Effect.mapError(
          SigningKey.fromText(text),
          ({ problem }) => new SigningKey.InvalidSigningKey({ problem, path: `signing_keys[${index}]` })
        )
      const [signing, ...others] = keys
      const first = yield* read(signing, 0)
      const rest = yield* Effect.forEach(others, (text, index) => read(text, index + 1))
      const made = [first, ...rest] as const
      yield* haveOwnIds(made)
      return yield* make(Effect.succeed(made))
    })
  )

export { InvalidSigningKey } from "./internal/keys/SigningKey.ts"
