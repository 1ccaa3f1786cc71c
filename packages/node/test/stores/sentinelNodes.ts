/** Nodes of one Sentinel: each with connections and knowledge of its own, all with the same database. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Origin } from "@le-auth/core/Origin"
import * as Seal from "@le-auth/core/Seal"
import * as Control from "@le-auth/sentinel/Control"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SigningKeysSql from "@le-auth/sentinel/SigningKeysSql"
import { SigningKeys } from "@le-auth/sentinel/SigningKeys"
import * as TicketSecretSql from "@le-auth/sentinel/TicketSecretSql"
import { TicketSecret } from "../../../sentinel/test/TicketSecret.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { cheapPasswords } from "../../../sentinel/test/Harness.ts"
import * as Engines from "./Engines.ts"

/** Connects for as long as it takes: PostgreSQL answers by the real clock, and that of a test may pass any timeout. */
const sqlClient = (url: string) =>
  Engines.sqlClient(url.startsWith("postgres") ? `${url}${url.includes("?") ? "&" : "?"}connect_timeout=0` : url)

export const sealSecret = "planted-seal-secret of more than thirty-two bytes"

export const seal = (...secrets: ReadonlyArray<string>) =>
  Seal.layer(secrets.map((secret) => Redacted.make(secret))).pipe(Layer.provide(Seal.layerWebCrypto))

export const keysNode = (url: string, secrets: ReadonlyArray<string> = [sealSecret]) =>
  Effect.map(
    Layer.build(
      Layer.fresh(
        SigningKeysSql.layer.pipe(
          Layer.provide(sqlClient(url)),
          Layer.provide(seal(...secrets)),
          Layer.provide(NodeCrypto.layer)
        )
      )
    ),
    (context) => Context.get(context, SigningKeys)
  )

/** What a node seals login pages with. */
export const ticketSecret = (url: string, secrets: ReadonlyArray<string>) =>
  Effect.flatMap(
    Layer.build(
      Layer.fresh(
        TicketSecretSql.layer.pipe(
          Layer.provide(sqlClient(url)),
          Layer.provide(seal(...secrets)),
          Layer.provide(NodeCrypto.layer)
        )
      )
    ),
    (context) => Effect.map(Effect.provideContext(TicketSecret, context), (secret) => secret && Redacted.value(secret))
  )

export const connect = (url: string) =>
  Effect.map(Layer.build(Layer.fresh(sqlClient(url))), (context) => Context.get(context, SqlClient.SqlClient))

/**
 * Waits for what nodes do in the background. Their clock is that of the test, the database answers by the real one: so
 * the test asks it something, too, until it is so, or at most this number of times.
 */
export const eventually = <E>(sql: SqlClient.SqlClient, isSo: Effect.Effect<boolean, E>, times = Infinity) =>
  Effect.repeat(Effect.andThen(sql`SELECT 1`, isSo), { until: (so) => so, times })

/**
 * Waits for what nodes see every two seconds. One that was still looking when these passed looks again when they pass
 * again.
 */
export const seen = <E>(sql: SqlClient.SqlClient, isSo: Effect.Effect<boolean, E>) =>
  Effect.repeat(Effect.andThen(TestClock.adjust("2 seconds"), eventually(sql, isSo, 500)), { until: (so) => so })

/** A whole node under control, as the harness of Sentinel's own tests knows it. */
export const sentinelNode = Effect.fnUntraced(function* (
  url: string,
  config: unknown,
  options?: SentinelSql.Options & {
    /** Comes before each derivation of a key, such as the hash of a password. */
    readonly beforeDerivation?: (secret: Uint8Array) => Effect.Effect<void>
  }
) {
  const origin = Origin.make("http://localhost:4400")
  const decoded = yield* SentinelConfig.fromUnknown(config)
  const lines: Array<string> = []
  const settings = { passwords: { algorithm: cheapPasswords }, seal: seal(sealSecret), ...options }
  const before = options?.beforeDerivation ?? (() => Effect.void)
  const kdf = Layer.effect(
    Kdf.Kdf,
    Effect.map(Kdf.Kdf, ({ derive }) => ({
      derive: (algorithm, secret, options) => Effect.andThen(before(secret), derive(algorithm, secret, options))
    }))
  )
  const services = yield* Layer.build(
    Layer.fresh(
      Control.layerAround.pipe(
        Layer.provideMerge(SentinelSql.layer(decoded, settings)),
        Layer.provide(sqlClient(url)),
        Layer.provideMerge(Layer.provideMerge(kdf, NodeCrypto.layer)),
        Layer.provideMerge(
          Layer.merge(
            Layer.succeed(Clock.Clock, yield* Clock.Clock),
            Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
          )
        )
      )
    )
  )
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() => Sentinel.toWebHandler({ publicOrigin: origin }, Layer.succeedContext(services))),
    ({ dispose }) => Effect.promise(dispose)
  )
  return {
    fetch: (path: string, init?: RequestInit) => Effect.promise(() => handler(new Request(`${origin}${path}`, init))),
    send: (request: Request) => Effect.promise(() => handler(request)),
    store: Context.get(services, SentinelStore),
    lines,
    origin,
    ...Context.get(services, Control.Control).accounts
  }
})
