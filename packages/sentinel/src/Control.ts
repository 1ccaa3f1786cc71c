/**
 * Tells a Sentinel in the same process what to do: faults, time, users, applications, sessions, its whole state; and reads what
 * it did. `ControlServer` is the same over HTTP.
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
import { Interceptor } from "./internal/http/Interceptor.ts"
import { watchedDirectory } from "./internal/control/watchedDirectory.ts"
import { watchedStore } from "./internal/control/watchedStore.ts"
import * as Passwords from "./Passwords.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import * as SentinelStore from "./SentinelStore.ts"
import * as SigningKeys from "./SigningKeys.ts"
import { StoreInspection } from "./StoreInspection.ts"
import { TokenTime } from "./internal/token/TokenTime.ts"
import * as AccountControl from "./internal/control/AccountControl.ts"
import type { NotSupported, StoreUnavailable } from "./ControlError.ts"
import * as DurationText from "@le-auth/core/shared/DurationText"
import * as Explain from "./internal/control/Explain.ts"
import * as Faults from "./internal/control/Faults.ts"
import * as Intercept from "./internal/control/intercept.ts"
import * as Journal from "./internal/control/Journal.ts"
import * as Keys from "./internal/control/Keys.ts"
import { type Change, changing } from "./internal/control/recordChange.ts"
import * as RefusedRequest from "./internal/control/RefusedRequest.ts"
import * as SessionControl from "./internal/control/SessionControl.ts"
import * as State from "./internal/control/State.ts"
import * as VirtualClock from "./internal/control/VirtualClock.ts"

/**
 * Every change is an entry of the journal.
 *
 * @category services
 * @since 0.1.0
 */
export class Control extends Context.Service<
  Control,
  {
    readonly clock: Pick<VirtualClock.VirtualClock["Service"], "state" | "advance" | "advanceTo" | "toRealTime">
    readonly faults: Pick<Faults.Faults["Service"], "add" | "list" | "remove" | "clear">
    readonly journal: Pick<Journal.Journal["Service"], "read" | "follow" | "clear">
    /** What a code or a token is worth now, and why. The text itself goes nowhere. */
    readonly explain: (
      secret: Redacted.Redacted<string>
    ) => Effect.Effect<Explain.Explanation, NotSupported | StoreUnavailable>
    /** Who is known. Whoever is removed or disabled loses his sessions and tokens. */
    readonly accounts: AccountControl.AccountControl
    readonly sessions: SessionControl.SessionControl
    readonly keys: Keys.Keys
    readonly state: State.State
  }
>()("@le-auth/sentinel/Control") {}

/**
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What passwords are hashed with. Default: what is enough for development. */
  readonly passwords?: Passwords.Options
  /** How many entries the journal keeps; 0 switches it off. Default: 2000. */
  readonly journal?: number
}

/**
 * What Sentinel's routes need, as `Sentinel.Services`, and the control of it.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = Control | Directory.Directory | SentinelStore.SentinelStore | SigningKeys.SigningKeys

const make = Effect.fnUntraced(function* (options: Options) {
  const clock = VirtualClock.make()
  const faults = Faults.make()
  const journal = yield* Journal.make({ capacity: options.journal ?? 2000 })
  const editor = yield* DirectoryEditor.DirectoryEditor
  const directory = yield* Directory.Directory
  const store = yield* SentinelStore.SentinelStore
  const inspection = Option.getOrUndefined(yield* Effect.serviceOption(StoreInspection))

  const change: Change = changing(journal, clock)
  const sessions = SessionControl.make({ change, clock, inspection, store })
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
    explain: yield* Explain.make({ clock, inspection }),
    accounts: AccountControl.make({ change, editor, sessions }),
    sessions,
    keys,
    state: State.make({ change, clock, editor, faults, inspection })
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
    Context.add(TokenTime, clock.realOf)
  )
})

/**
 * Control over a Sentinel that has all it needs already, such as that of `SentinelSql.layer`: its directory can be edited.
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
 * {@link layerAroundWith} the defaults.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAround: ReturnType<typeof layerAroundWith> = layerAroundWith({})

/**
 * Control over the Sentinel that is built on this layer. The store may be any; one that has `StoreInspection`, as those in memory
 * and in SQL have, can also be explained, reset and restored.
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
 * Everything that a Sentinel under control needs, over a store of your choice, such as `SentinelStoreSql.layer`. Signing keys are
 * those of the configuration, or a new one if it has none; for keys of another origin build it of {@link layer}.
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
    Layer.merge(SentinelDialect.layer(config.points ?? {}))
  )

/**
 * {@link layerOver} a store in memory: for one process, in place of `Sentinel.layerMemory`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory = (config: SentinelConfig, options?: Options) =>
  layerOver(config, SentinelStore.layerMemory, options)
