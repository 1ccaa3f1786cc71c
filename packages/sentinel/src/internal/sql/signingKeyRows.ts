/** Signing keys as rows, and what follows from them: which one signs, and which ones are published. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { margin } from "../keys/SigningKey.ts"
import { inTime, type Writing } from "./deadline.ts"
import type { Time } from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>

/**
 * How long a new key is published before it signs, in milliseconds, and for how long a node believes what it has read.
 * So when a key begins to sign, all nodes that sign know it, and all that reach the database have published it. Both
 * sides of a hand-over have room for clocks that differ by a few seconds.
 */
export const handover = 10_000

/** Times and lifetimes are in milliseconds. */
export interface KeyRow {
  readonly id: string
  readonly generation: number
  readonly sealed: string
  readonly signsFrom: number
  /** That of the longest token that it has signed. */
  readonly tokenLifetime: number
}

/** By generation, the oldest first. */
export type KeyRows = ReadonlyArray<KeyRow>

/** The newest whose time has come. A clock that is behind has the oldest one. */
export const signingRow = <Row extends KeyRow>(rows: ReadonlyArray<Row>, now: number): Row | undefined =>
  rows.findLast(({ signsFrom }) => signsFrom <= now) ?? rows[0]

/**
 * A key signs until the first of its successors does; where a node was late, for the time of a hand-over more. It is
 * published until its last token has expired.
 */
export const published = <Row extends KeyRow>(rows: ReadonlyArray<Row>, now: number): ReadonlyArray<Row> =>
  rows.filter(({ generation, tokenLifetime }) => {
    const successors = rows.filter((other) => other.generation > generation).map(({ signsFrom }) => signsFrom)
    return now < Math.min(...successors) + handover + tokenLifetime + margin
  })

export const make = (sql: SqlClient, run: Run, writing: Writing) => ({
  read: Effect.map(
    sql<{
      readonly id: string
      readonly generation: Time
      readonly sealed: string
      readonly signs_from: Time
      readonly token_lifetime: Time
    }>`SELECT id, generation, sealed, signs_from, token_lifetime FROM sentinel_signing_key ORDER BY generation`,
    (rows): KeyRows =>
      rows.map(({ generation, id, sealed, signs_from, token_lifetime }) => ({
        id,
        generation: Number(generation),
        sealed,
        signsFrom: Number(signs_from),
        tokenLifetime: Number(token_lifetime)
      }))
  ).pipe(run("read")),

  /** Says whether it was the first. Of several nodes that start at once, one is. */
  insertFirst: (key: Omit<KeyRow, "generation" | "tokenLifetime">): Effect.Effect<boolean, StoreError> =>
    writing(
      (begun) => sql`INSERT INTO sentinel_signing_key (id, generation, sealed, signs_from, token_lifetime)
      SELECT ${key.id}, 1, ${key.sealed}, ${key.signsFrom}, 0 WHERE ${inTime(sql, begun)}
      ON CONFLICT DO NOTHING RETURNING id`
    ).pipe(
      Effect.map((rows) => rows.length > 0),
      run("make the first key")
    ),

  /** Says whether it came after all others. Of parallel calls, one does. */
  insertNext: (key: Omit<KeyRow, "generation" | "tokenLifetime">): Effect.Effect<boolean, StoreError> =>
    writing(
      (begun) => sql`INSERT INTO sentinel_signing_key (id, generation, sealed, signs_from, token_lifetime)
      SELECT ${key.id}, COALESCE(MAX(generation), 0) + 1, ${key.sealed}, ${key.signsFrom}, 0
      FROM sentinel_signing_key HAVING ${inTime(sql, begun)} ON CONFLICT DO NOTHING RETURNING id`
    ).pipe(
      Effect.map((rows) => rows.length > 0),
      run("rotate")
    ),

  noteLifetime: (id: string, lifetime: number): Effect.Effect<void, StoreError> =>
    writing(
      (begun) => sql`UPDATE sentinel_signing_key SET token_lifetime = ${lifetime}
      WHERE id = ${id} AND token_lifetime < ${lifetime} AND ${inTime(sql, begun)}`
    ).pipe(Effect.asVoid, run("note a lifetime")),

  remove: (ids: ReadonlyArray<string>): Effect.Effect<void, StoreError> =>
    ids.length === 0
      ? Effect.void
      : writing(
          (begun) => sql`DELETE FROM sentinel_signing_key WHERE ${sql.in("id", ids)} AND ${inTime(sql, begun)}`
        ).pipe(Effect.asVoid, run("delete"))
})
