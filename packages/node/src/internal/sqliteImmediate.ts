/**
 * Statements that are done before the call returns: what effect's client adds takes several times as long as SQLite.
 */
import type { Immediate } from "@le-auth/core/shared/SqlTemplate"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { CurrentTransformer } from "effect/sql/Statement"
import type { DatabaseSync } from "node:sqlite"
import { running, type SqliteConnection } from "./sqliteConnection.ts"
import { isBusy, sqlError } from "./sqliteError.ts"

/** With a tracer there are effect's spans, and with another process in the way effect's client waits. */
export const make = (
  database: DatabaseSync,
  connection: SqliteConnection,
  transactionService: SqlClient.SqlClient["transactionService"]
): Immediate => {
  const isWatched = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
    fiber.cache.tracer !== undefined || fiber.getRef(CurrentTransformer) !== undefined

  const attempt = <A>(work: () => A) => {
    try {
      return Exit.succeed(work())
    } catch (cause) {
      return isBusy(cause) ? undefined : Exit.fail(sqlError(running)(cause))
    }
  }

  const control = (text: string): void => void connection.executeNow(text, [], false)

  return {
    execute: ({ parameters, text }, fiber) =>
      isWatched(fiber) ||
      // Of a transaction, only the statements of the fiber that is in it.
      (database.isTransaction && Context.getOrUndefined(fiber.context, transactionService) === undefined)
        ? undefined
        : attempt(() => connection.executeNow(text, parameters, fiber.getRef(SqlClient.SafeIntegers))),
    transaction: (steps, fiber) => {
      if (isWatched(fiber) || database.isTransaction) return undefined
      const bigInts = fiber.getRef(SqlClient.SafeIntegers)
      return attempt(() => {
        control("BEGIN IMMEDIATE")
        try {
          const run = steps()
          let step = run.next()
          while (step.done !== true)
            step = run.next(connection.executeNow(step.value.text, step.value.parameters, bigInts))
          control("COMMIT")
          return step.value
        } finally {
          if (database.isTransaction) control("ROLLBACK")
        }
      })
    }
  }
}
