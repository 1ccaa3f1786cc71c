/** Our stores on each engine, and its driver as it is. */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as SessionStoreSql from "@le-auth/core/SessionStoreSql"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as TransactionStoreSql from "@le-auth/core/TransactionStoreSql"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import { Pool } from "pg"
import { createClient } from "redis"
import { bare, ours, record, type Side, statements } from "./Sides.ts"
import { type ClientStores, clientSteps, sentinelSteps, type Step } from "./Work.ts"

export const connections = 32

/** `sqlite:PATH` or `postgres://…`, with the settings that a server has. */
export const sqlClient = (url: string) =>
  url.startsWith("sqlite:")
    ? NodeSqlite.layer({ filename: url.slice("sqlite:".length) })
    : PgClient.layer({ url: Redacted.make(url), maxConnections: connections })

/** Builds a layer that stays until `close`. */
export const build = async <A, E>(layer: Layer.Layer<A, E>) => {
  const scope = Effect.runSync(Scope.make())
  const silent = Layer.provide(layer, Logger.layer([]))
  const context = await Effect.runPromise(Layer.buildWithScope(silent, scope) as Effect.Effect<Context.Context<A>, E>)
  return { context, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

export const openSentinel = async (url: string) => {
  const layer =
    url === "memory:" ? SentinelStore.layerMemory : SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url)))
  const { close, context } = await build(layer as Layer.Layer<SentinelStore.SentinelStore, unknown>)
  return { store: Context.get(context, SentinelStore.SentinelStore), close }
}

export const openClient = async (url: string): Promise<{ store: ClientStores; close: () => Promise<void> }> => {
  const layer =
    url === "memory:"
      ? Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory)
      : url.startsWith("redis:")
        ? Layer.mergeAll(TransactionStoreRedis.layer, SessionStoreRedis.layer).pipe(
            Layer.provideMerge(NodeRedis.layer({ url }))
          )
        : Layer.mergeAll(TransactionStoreSql.layer, SessionStoreSql.layer).pipe(Layer.provide(sqlClient(url)))
  const { close, context } = await build(layer as Layer.Layer<any, unknown>)
  return { store: context, close }
}

type Given = Awaited<ReturnType<typeof record>>

/** `node:sqlite` with its statements prepared once, set up as `NodeSqlite` does. */
const bareSqlite = (path: string, steps: ReadonlyArray<Step<any>>, given: Given) => {
  const database = new DatabaseSync(path)
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("PRAGMA synchronous = FULL")
  const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")]
  const prepared = given.map((step) =>
    step.map(({ text, values }) => ({ statement: database.prepare(text) as StatementSync, values }))
  )
  const side = bare("node:sqlite", steps, (index, names) => {
    const step = prepared[index]!
    let rows: Array<unknown> = []
    if (step.length > 1) begin.run()
    for (const { statement, values } of step) rows = statement.all(...(values(names) as Array<string>))
    if (step.length > 1) commit.run()
    return rows[0]
  })
  return { side, close: async () => database.close() }
}

const barePostgres = (url: string, scope: string, steps: ReadonlyArray<Step<any>>, given: Given) => {
  const pool = new Pool({ connectionString: url, max: connections })
  const side = bare("pg", steps, async (index, names) => {
    let row: unknown
    for (const { text, values } of given[index]!) {
      row = (await pool.query({ name: `${scope} ${index}`, text, values: values(names) })).rows[0]
    }
    return row
  })
  return { side, close: () => pool.end() }
}

const bareRedis = async (url: string, steps: ReadonlyArray<Step<any>>, given: Given) => {
  const client = createClient({ url })
  await client.connect()
  const side = bare("redis", steps, async (index, names) => {
    let answer: unknown
    for (const { text, values } of given[index]!) {
      answer = await client.sendCommand([text, ...(values(names) as Array<string>)])
    }
    return answer
  })
  return { side, close: async () => void (await client.close()) }
}

/** The commands that go through the client of our stores. */
const commands =
  ({ client }: NodeRedis.NodeRedis["Service"]): Parameters<typeof record>[2] =>
  (effect, tell) =>
    Effect.suspend(() => {
      const { sendCommand } = client
      client.sendCommand = (words: ReadonlyArray<any>, ...rest: Array<any>): Promise<any> => {
        if (words[0] !== "SCRIPT") tell(words[0]!, words.slice(1))
        return sendCommand.call(client, words, ...rest)
      }
      return Effect.ensuring(
        effect,
        Effect.sync(() => (client.sendCommand = sendCommand))
      )
    })

export interface Pair {
  readonly engine: string
  readonly steps: ReadonlyArray<Step<any>>
  readonly sides: ReadonlyArray<Side>
  readonly close: () => Promise<void>
}

/** Ours beside the bare driver, on one database. */
export const pair = async (engine: string, url: string, of: "sentinel" | "client"): Promise<Pair> => {
  const steps: ReadonlyArray<Step<any>> = of === "sentinel" ? sentinelSteps : clientSteps
  const { close, store } = of === "sentinel" ? await openSentinel(url) : await openClient(url)
  const side = ours<any>("le-auth", store, steps)
  if (url === "memory:") return { engine, steps, sides: [side], close }
  const other = url.startsWith("redis:")
    ? await bareRedis(
        url,
        steps,
        await record<any>(store, steps, commands(Context.get(store as any, NodeRedis.NodeRedis)))
      )
    : url.startsWith("sqlite:")
      ? bareSqlite(url.slice("sqlite:".length), steps, await record<any>(store, steps, statements))
      : barePostgres(url, of, steps, await record<any>(store, steps, statements))
  return {
    engine,
    steps,
    sides: [side, other.side],
    close: async () => {
      await other.close()
      await close()
    }
  }
}
