/**
 * Finds ids that are used twice. It reads the raw JSON, so that it reports next to what the schema reports, not after
 * it.
 */
import * as Predicate from "effect/Predicate"
import type * as Slices from "./Slices.ts"

const listOf = (value: unknown, field: string): ReadonlyArray<unknown> => {
  const list = Predicate.hasProperty(value, field) ? value[field] : undefined
  return Array.isArray(list) ? list : []
}

function* repeated(items: ReadonlyArray<unknown>, field: string, path: string): Slices.Pausing<ReadonlyArray<string>> {
  const seen = new Map<string, number>()
  const problems: Array<string> = []
  for (const [index, item] of items.entries()) {
    yield
    const value = Predicate.hasProperty(item, field) ? item[field] : undefined
    if (typeof value !== "string") continue
    const key = field === "email" ? value.toLowerCase() : value
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    else if (problems.length < 100)
      problems.push(`${path}[${index}].${field}: is the same as that of ${path}[${first}]`)
  }
  return problems
}

/** One line for each id, e-mail address or client id that is used twice, with both places. */
export function* duplicates(config: unknown): Slices.Pausing<ReadonlyArray<string>> {
  const accounts = listOf(config, "accounts")
  const problems = [...(yield* repeated(accounts, "id", "accounts"))]
  for (const [index, account] of accounts.entries()) {
    for (const [list, field] of [
      ["users", "id"],
      ["users", "email"],
      ["installations", "client_id"]
    ] as const) {
      problems.push(...(yield* repeated(listOf(account, list), field, `accounts[${index}].${list}`)))
    }
  }
  return problems
}
