/**
 * A `TransactionStore` in the browser. The record of an open sign-in travels in a sealed cookie.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import { handleLength } from "@le-auth/core/shared/Patterns"
import { Transaction } from "@le-auth/core/Transaction"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CookieTooLarge } from "./CookieTooLarge.ts"
import * as RequestCookies from "./internal/requestCookies.ts"
import * as Strangers from "./internal/strangers.ts"
import { maximumOpen as mostOpen, WebApplication } from "./WebApplication.ts"

/**
 * The limit of open sign-ins.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Maximum open sign-ins in one browser. A new one drops the oldest. Default: 4, since each needs about 700 bytes. */
  readonly maximumOpen?: number | undefined
}

const TransactionJson = Schema.fromJsonString(Transaction)
const encode = Schema.encodeEffect(TransactionJson)
const decode = Schema.decodeOption(TransactionJson)

const store = "sign-in cookie"
/**
 * Maximum characters of name and value. Browsers drop a cookie of more than 4,096 bytes, in which the attributes also
 * count.
 */
const maximumSize = 3800
/** The number of records whose ids are remembered as given. */
const remembered = 100_000
const form = /^([0-9a-z]{1,11})\.([\w.-]+)$/

/** A record opens only under its own id, and only with the deadline that is written beside it. */
const associatedData = (id: string, until: string): string => `sign-in ${id} until ${until}`

/**
 * {@link layer} with another limit.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<TransactionStore, never, WebApplication | Seal.SealKeys> =>
  Layer.effect(
    TransactionStore,
    Effect.gen(function* () {
      const { cookies } = yield* WebApplication
      const keys = yield* Seal.SealKeys
      const maximumOpen = options.maximumOpen ?? mostOpen
      const current = RequestCookies.make(store, cookies.attributes)
      const prefix = `${cookies.prefix}open-`
      const nameOf = (id: string) => prefix + id.slice(0, handleLength)
      const unreadable = yield* Strangers.make(
        "The cookie of a sign-in does not open with the seal keys, so it counts as none"
      )
      const used = new BoundedMap<true>({ capacity: remembered })

      return TransactionStore.of({
        put: Effect.fnUntraced(function* (id, record, timeToLive) {
          const browser = yield* current("put")
          const until = ((yield* Clock.currentTimeMillis) + Math.ceil(Duration.toMillis(timeToLive))).toString(36)
          const text = yield* Effect.orDie(encode(record))
          const value = `${until}.${yield* keys.seal(text, associatedData(id, until))}`
          const name = nameOf(id)
          if (name.length + value.length > maximumSize) {
            return yield* new CookieTooLarge({
              store,
              operation: "put",
              characters: name.length + value.length,
              limit: maximumSize
            })
          }
          const open = browser
            .names()
            .filter((other) => other.startsWith(prefix) && other !== name)
            .map((other) => ({ other, until: Number.parseInt(browser.get(other)!, 36) || 0 }))
            .toSorted((a, b) => a.until - b.until)
          for (const { other } of open.slice(0, Math.max(0, open.length + 1 - maximumOpen))) browser.remove(other)
          browser.set(name, value, timeToLive)
        }),

        take: Effect.fnUntraced(function* (id) {
          const browser = yield* current("take")
          const name = nameOf(id)
          const [, until, sealed] = form.exec(browser.get(name) ?? "") ?? []
          if (until === undefined || sealed === undefined) return Option.none()
          const text = yield* keys.open(sealed, associatedData(id, until))
          const record = Option.flatMap(text, decode)
          if (Option.isNone(record)) {
            yield* unreadable(name)
            return Option.none()
          }
          browser.remove(name)
          const now = yield* Clock.currentTimeMillis
          // From here to the end no other fiber runs, so only one of parallel calls is the first.
          if (used.get(id) === true || Number.parseInt(until, 36) <= now) return Option.none()
          used.set(id, true)
          return record
        })
      })
    })
  )

/**
 * Keeps the record of each open sign-in in a cookie of the browser that started it: HttpOnly, sealed with the
 * `SealKeys`, bound to the id of the sign-in, with its deadline inside. The application then needs no store on the
 * server.
 *
 * **Single use.** A process gives a record once, and remembers at least the last 50,000 that it gave. One process does
 * not know the records that another gave. An attacker with the callback's address and the browser's cookies could make
 * a second process take the record again. Sentinel then refuses the authorization code, which it accepts once (RFC 6749
 * section 4.1.2). With a store that the processes share, `take` itself is atomic.
 *
 * It works inside a request of effect's HTTP server or of a web handler. Elsewhere it fails with a `StoreError`. A
 * record of more than 3,800 sealed characters is refused with `CookieTooLarge`.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as CookieTransactionStore from "@le-auth/web/CookieTransactionStore"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Layer from "effect/Layer"
 *
 * const TransactionsLive = CookieTransactionStore.layer.pipe(
 *   Layer.provide(WebApplication.layer),
 *   Layer.provide(Seal.layerConfig),
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TransactionStore, never, WebApplication | Seal.SealKeys> = layerWith({})
