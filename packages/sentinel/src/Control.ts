/**
 * Controls a Sentinel in the same process: its faults, clock, users, applications, sessions, keys and whole state, and
 * the journal of what it did. `ControlServer` is the same over HTTP.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import type * as Digest from "effect/crypto/Digest"
import type * as Kdf from "effect/crypto/Kdf"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Directory from "./Directory.ts"
import * as DirectoryEditor from "./DirectoryEditor.ts"
import { Entrance } from "./internal/http/Entrance.ts"
import { Interceptor } from "./internal/http/Interceptor.ts"
import { watchedDirectory } from "./internal/control/watchedDirectory.ts"
import { watchedStore } from "./internal/control/watchedStore.ts"
import * as Passwords from "./Passwords.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import * as SentinelStore from "./SentinelStore.ts"
import * as SigningKeys from "./SigningKeys.ts"
import { StoreInspection } from "./StoreInspection.ts"
import * as AppTokenReader from "./internal/token/AppTokenReader.ts"
import { TokenTime } from "./internal/token/TokenTime.ts"
import * as AccountControl from "./internal/control/AccountControl.ts"
import type { NotSupported, StoreUnavailable } from "./ControlError.ts"
import * as DurationText from "@le-auth/core/shared/DurationText"
import * as Explain from "./internal/control/Explain.ts"
import * as Faults from "./internal/control/Faults.ts"
import * as Introspect from "./internal/control/Introspect.ts"
import * as Intercept from "./internal/control/intercept.ts"
import * as Journal from "./internal/control/Journal.ts"
import * as Keys from "./internal/control/Keys.ts"
import { type Change, changing } from "./internal/control/recordChange.ts"
import * as RefusedRequest from "./internal/control/RefusedRequest.ts"
import * as SessionControl from "./internal/control/SessionControl.ts"
import * as SignIns from "./internal/control/SignIns.ts"
import * as State from "./internal/control/State.ts"
import * as VirtualClock from "./internal/control/VirtualClock.ts"
import * as Webhooks from "./internal/control/Webhooks.ts"

/**
 * What a Sentinel can be told. Every change is an entry of the journal.
 *
 * @example
 * ```ts
 * import { Control } from "@le-auth/sentinel/Control"
 * import * as Duration from "effect/Duration"
 *
 * // The access tokens of the test are as old as tokens are after eight hours.
 * export const later = Control.use(({ clock }) => clock.advance(Duration.hours(8)))
 *
 * // The third refresh from now on is answered 429.
 * export const busy = Control.use(({ faults }) =>
 *   faults.add({ match: { route: "refresh", nth: 3 }, action: { type: "too-many-requests", retry_after: 7 } })
 * )
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Control extends Context.Service<
  Control,
  {
    /** The time of Sentinel. It is advanced, or set back to the real time; sessions and tokens stay. */
    readonly clock: Pick<VirtualClock.VirtualClock["Service"], "state" | "advance" | "advanceTo" | "toRealTime">
    /** What goes wrong, see `Fault`. A function takes the place of an action for code in the same process. */
    readonly faults: Pick<Faults.Faults["Service"], "add" | "list" | "remove" | "clear">
    /** The last requests and changes, see `JournalEntry`, and those that come. */
    readonly journal: Pick<Journal.Journal["Service"], "read" | "follow" | "clear">
    /** Whether a code or a token can be used now, and why. Its text is neither kept nor logged. */
    readonly explain: (
      secret: Redacted.Redacted<string>
    ) => Effect.Effect<Explain.Explanation, NotSupported | StoreUnavailable>
    /**
     * Whether a token is good, and whose it is, as a resource server asks it of an authorization server (RFC 7662
     * section 2). Its text is neither kept nor logged.
     */
    readonly introspect: (
      token: Redacted.Redacted<string>
    ) => Effect.Effect<Introspect.Introspection, NotSupported | StoreUnavailable>
    /**
     * Accounts, users, installations, services and stubs. A user who is removed or disabled loses their sessions and
     * tokens.
     */
    readonly accounts: AccountControl.AccountControl
    /** Sessions and token families: to list, end and revoke. */
    readonly sessions: SessionControl.SessionControl
    /**
     * Sign-ins without a browser: to approve or refuse an authorization request, and to have the tokens of a whole one.
     * They go through Sentinel's routes in this process, and no password and no client secret is needed.
     */
    readonly signIns: SignIns.SignIns
    /** The signing keys: to rotate. */
    readonly keys: Keys.Keys
    /** The whole state: to reset, keep under a name, take out as a document and put back. */
    readonly state: State.State
    /**
     * Signed webhooks: to send one now, over the `Transport` that the layer finds in its context, else over the `Fetch`
     * of the caller's.
     */
    readonly webhooks: Webhooks.Webhooks
  }
>()("@le-auth/sentinel/Control") {}

/**
 * Settings of the layers of this module.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How passwords are hashed. Default: as for development, see `Passwords`. */
  readonly passwords?: Passwords.Options
  /** The number of entries that the journal keeps; 0 switches it off. Default: 2000. */
  readonly journal?: number
  /**
   * The hosts that webhooks may be sent to, beside this computer: names or IPv4 addresses, without a port. Where a name
   * leads is the operator's affair. Default: none.
   */
  readonly webhookHosts?: ReadonlyArray<string>
}

/**
 * What Sentinel's routes need, as `Sentinel.Services`, and its control.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = Control | Directory.Directory | SentinelStore.SentinelStore | SigningKeys.SigningKeys

const make = Effect.fnUntraced(function* (options: Options) {
  const clock = VirtualClock.make()
  const faults = Faults.make()
  const journal = yield* Journal.make({ capacity: options.journal ?? 2000 })
  const entrance: NonNullable<Context.Service.Shape<typeof Entrance>> = { routes: undefined }
  const editor = yield* DirectoryEditor.DirectoryEditor
  const directory = yield* Directory.Directory
  const store = yield* SentinelStore.SentinelStore
  const inspection = Option.getOrUndefined(yield* Effect.serviceOption(StoreInspection))

  const change: Change = changing(journal, clock)
  const sessions = SessionControl.make({ change, clock, inspection, store })
  const readAppToken = yield* Effect.provideService(AppTokenReader.make, TokenTime, clock)
  const keys = Keys.make(yield* SigningKeys.SigningKeys, clock, change)

  const control = Control.of({
    clock: {
      state: clock.state,
      advance: (by: Duration.Duration) =>
        change(() => `clock advanced by ${DurationText.format(by)}`, clock.advance(by)),
      advanceTo: (now) =>
        change(({ ahead }) => `clock advanced, ${DurationText.format(ahead)} ahead`, clock.advanceTo(now)),
      toRealTime: change("clock back to real time", clock.toRealTime)
    },
    faults: {
      list: faults.list,
      add: (fault) => change(({ id }) => `fault ${id} added`, faults.add(fault)),
      remove: (id) => change(`fault ${id} removed`, faults.remove(id)),
      clear: change("all faults removed", faults.clear)
    },
    journal: { read: journal.read, follow: journal.follow, clear: journal.clear },
    explain: yield* Explain.make({ clock, inspection, readAppToken }),
    introspect: yield* Effect.provideService(
      Introspect.make({ clock, directory, inspection, readAppToken }),
      TokenTime,
      clock
    ),
    accounts: AccountControl.make({ change, editor, sessions }),
    sessions,
    signIns: yield* SignIns.make({ editor, entrance }),
    keys,
    state: State.make({ change, clock, editor, faults, inspection }),
    webhooks: yield* Webhooks.make({ clock, directory, journal, hosts: options.webhookHosts ?? [] })
  })

  const interceptor = yield* Intercept.make({
    clock,
    faults,
    journal,
    rotate: Effect.orDie(keys.rotate),
    explain: RefusedRequest.explain(editor)
  })

  // The metrics count the sessions in it.
  const inspected = inspection === undefined ? Context.empty() : Context.make(StoreInspection, inspection)
  return Context.merge(inspected, Context.make(Control, control)).pipe(
    Context.add(Directory.Directory, watchedDirectory(directory, editor)),
    Context.add(SentinelStore.SentinelStore, watchedStore(store, inspection)),
    Context.add(Interceptor, interceptor),
    Context.add(Entrance, entrance),
    Context.add(TokenTime, clock)
  )
})

/**
 * Control over a Sentinel that has all it needs, such as that of `SentinelSql.layer`, whose directory can be edited.
 * The directory and the store that it gives go around those of the context. {@link layerAround} has an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAroundWith = (
  options: Omit<Options, "passwords">
): Layer.Layer<
  Exclude<Services, SigningKeys.SigningKeys>,
  never,
  | Directory.Directory
  | DirectoryEditor.DirectoryEditor
  | SentinelStore.SentinelStore
  | SigningKeys.SigningKeys
  | Digest.Digest
  | SecureRandom.SecureRandom
> => Layer.effectContext(make(options))

/**
 * Control over a Sentinel that has all it needs, such as that of `SentinelSql.layer`, with a journal of 2,000 entries.
 * The directory and the store that it gives go around those of the context.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Control from "@le-auth/sentinel/Control"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
 * import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * export const services = Control.layerAround.pipe(
 *   Layer.provideMerge(SentinelSql.layer(SentinelConfig.development())),
 *   Layer.provide(StoreInspectionSql.layer),
 *   Layer.provide(Layer.merge(database, NodeCrypto.layer))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAround: ReturnType<typeof layerAroundWith> = layerAroundWith({})

/**
 * The directory of a configuration, and control over it and the store of the context. A store with `StoreInspection`,
 * as in memory or in SQL, can also be explained, reset and restored. {@link layerOver} and {@link layerMemory} need
 * less.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig,
  options?: Options
): Layer.Layer<
  Exclude<Services, SigningKeys.SigningKeys>,
  CryptoError.CryptoError,
  SentinelStore.SentinelStore | SigningKeys.SigningKeys | Digest.Digest | Kdf.Kdf | SecureRandom.SecureRandom
> =>
  layerAroundWith(options ?? {}).pipe(
    Layer.provide(DirectoryEditor.layer(config)),
    Layer.provide(Passwords.layerWith(options?.passwords ?? {}))
  )

/**
 * Everything that a Sentinel under control needs, over a store of your choice, such as `SentinelStoreSql.layer`. It
 * signs with the keys of the configuration, or with a new one if there are none; for other keys use {@link layer}.
 * `StoreInspectionSql.layer` has an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOver = <E, R>(
  config: SentinelConfig,
  store: Layer.Layer<SentinelStore.SentinelStore, E, R>,
  options?: Options
) =>
  layer(config, options).pipe(
    Layer.provide(store),
    Layer.provideMerge(
      config.signing_keys === undefined ? SigningKeys.layer : SigningKeys.layerFrom(config.signing_keys)
    ),
    Layer.merge(SentinelDialect.layer(config.points ?? {}, config.dialect))
  )

/**
 * Everything that a Sentinel under control needs, in the memory of one process: the accounts, the dialect and the
 * signing keys of `config` (a new key if it has none), and the {@link Control} over them. It takes the place of
 * `Sentinel.layerMemory`. Fails with `InvalidSigningKey` if a key of the configuration cannot be used.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Control from "@le-auth/sentinel/Control"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const SentinelLive = Control.layerMemory(SentinelConfig.development()).pipe(Layer.provide(NodeCrypto.layer))
 *
 * const known = Control.Control.use(({ accounts }) => Effect.map(accounts.list, ([account]) => account?.id))
 *
 * Effect.provide(known, SentinelLive) // => "12345678"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory = (config: SentinelConfig, options?: Options) =>
  layerOver(config, SentinelStore.layerMemory, options)
