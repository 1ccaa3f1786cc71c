/**
 * The directory as rows: one for each account, user and installation, one for the stubs of each service, and one that
 * says which version of it they are.
 */
import type * as SqlStore from "@le-auth/core/SqlStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import { DirectoryDump } from "../directory/directoryDump.ts"
import { inTime, type Writing } from "./deadline.ts"
import type { Time } from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>

type Kind = "account" | "user" | "installation" | "stubs"

type Entry = {
  readonly kind: Kind
  readonly account_id: string
  readonly id: string
  readonly record: string
}

/** By kind, account and id. */
type Entries = ReadonlyMap<string, Entry>

const keyOf = ({ account_id, id, kind }: Entry): string => JSON.stringify([kind, account_id, id])

/** What was in the database at one moment. */
export interface Stored {
  readonly version: number
  readonly entries: Entries
}

const encode = Schema.encodeSync(DirectoryDump)
const decode = Schema.decodeUnknownEffect(DirectoryDump)

const entriesOf = (dump: DirectoryDump): Entries => {
  const entries = encode(dump).flatMap(({ installations, settings, stubs = {}, users }): ReadonlyArray<Entry> => {
    const entry = (kind: Kind, id: string, record: object): Entry => ({
      kind,
      account_id: settings.id,
      id,
      record: JSON.stringify(record)
    })
    return [
      entry("account", settings.id, settings),
      ...users.map((user) => entry("user", user.settings.id, user)),
      ...installations.map((one) => entry("installation", one.settings.client_id, one)),
      ...Object.entries(stubs).map(([service, list]) => entry("stubs", service, list))
    ]
  })
  return new Map(entries.map((entry) => [keyOf(entry), entry]))
}

/** The other way round. The error has nothing of the rows, in which hashes are. */
export const dumpOf = ({ entries }: Stored): Effect.Effect<DirectoryDump, StoreError> =>
  Effect.suspend(() => {
    const byPlace = Arr.groupBy(entries.values(), ({ account_id, kind }) => `${kind} ${account_id}`)
    const rowsOf = (kind: Kind, accountId: string) => byPlace[`${kind} ${accountId}`] ?? []
    const of = (kind: Kind, accountId: string): ReadonlyArray<unknown> =>
      rowsOf(kind, accountId).map(({ record }): unknown => JSON.parse(record))
    const stubsOf = (accountId: string) => {
      const rows = rowsOf("stubs", accountId)
      const stubs = Object.fromEntries(rows.map(({ id, record }) => [id, JSON.parse(record) as unknown]))
      return rows.length === 0 ? {} : { stubs }
    }
    const ids = [...entries.values()].flatMap(({ id, kind }) => (kind === "account" ? [id] : []))
    return decode(
      ids.map((id) => ({
        settings: of("account", id)[0],
        ...stubsOf(id),
        users: of("user", id),
        installations: of("installation", id)
      }))
    )
  }).pipe(
    Effect.catchCause(() =>
      Effect.fail(
        new StoreError({ store: "directory in SQL", operation: "read a row that is damaged, or of a newer version" })
      )
    )
  )

/** Each statement stays far below the number of parameters that the engines take. */
const batch = 200

/** What has to be written and deleted, so that only what has changed is touched. */
const differences = (before: Entries, after: Entries) => ({
  written: [...after].filter(([key, { record }]) => before.get(key)?.record !== record).map(([, entry]) => entry),
  deleted: [...before].filter(([key]) => !after.has(key)).map(([, entry]) => entry)
})

export const make = (sql: SqlClient, run: Run, writing: Writing) => ({
  version: Effect.map(sql<{ readonly version: Time }>`SELECT version FROM sentinel_directory`, ([row]) =>
    row === undefined ? undefined : Number(row.version)
  ).pipe(run("read the version")),

  source: Effect.map(sql<{ readonly source: string }>`SELECT source FROM sentinel_directory`, ([row]) =>
    row === undefined ? "" : row.source
  ).pipe(run("read the source")),

  /** One statement, so it sees one version. */
  read: Effect.map(
    sql<{ readonly version: Time } & { readonly [Key in keyof Entry]: Entry[Key] | null }>`
      SELECT d.version, e.kind, e.account_id, e.id, e.record
      FROM sentinel_directory d LEFT JOIN sentinel_directory_entry e ON 1 = 1
      ORDER BY e.kind, e.account_id, e.id`,
    (rows): Stored | undefined =>
      rows[0] === undefined
        ? undefined
        : {
            version: Number(rows[0].version),
            entries: new Map(
              rows.flatMap(({ account_id, id, kind, record }): ReadonlyArray<[string, Entry]> => {
                if (kind === null || account_id === null || id === null || record === null) return []
                const entry = { kind, account_id, id, record }
                return [[keyOf(entry), entry]]
              })
            )
          }
  ).pipe(run("read")),

  /**
   * Writes the next version, if the one before is still the newest; otherwise it does nothing. Of several nodes that
   * find no directory, one writes the first.
   */
  write: (
    before: Stored | undefined,
    dump: DirectoryDump,
    source: string | undefined
  ): Effect.Effect<Stored | undefined, StoreError> => {
    const after = entriesOf(dump)
    const { deleted, written } = differences(before?.entries ?? new Map(), after)
    const guard = (begun: number) =>
      before === undefined
        ? sql<{ readonly version: Time }>`INSERT INTO sentinel_directory (id, version, source)
            SELECT 'directory', 1, ${source ?? ""} WHERE ${inTime(sql, begun)} ON CONFLICT DO NOTHING RETURNING version`
        : sql<{ readonly version: Time }>`UPDATE sentinel_directory
            SET version = version + 1, source = COALESCE(${source ?? null}, source)
            WHERE id = 'directory' AND version = ${before.version} AND ${inTime(sql, begun)} RETURNING version`
    const write = Effect.fnUntraced(function* (begun: number) {
      const [won] = yield* guard(begun)
      if (won === undefined) return undefined
      for (const { account_id, id, kind } of deleted) {
        yield* sql`DELETE FROM sentinel_directory_entry
          WHERE kind = ${kind} AND account_id = ${account_id} AND id = ${id}`
      }
      for (const some of Arr.chunksOf(written, batch)) {
        yield* sql`INSERT INTO sentinel_directory_entry ${sql.insert(some)}
          ON CONFLICT (kind, account_id, id) DO UPDATE SET record = excluded.record`
      }
      // A change whose caller has given up is not committed.
      yield* sql`SELECT 1 AS yes WHERE ${inTime(sql, begun)}`
      return { version: Number(won.version), entries: after }
    })
    return writing((begun) => sql.withTransaction(write(begun))).pipe(run("write"))
  }
})
