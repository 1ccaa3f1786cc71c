/**
 * Finds ids that are used twice. It reads the raw JSON, so that it reports next to what the schema reports, not after it.
 */
import * as Predicate from "effect/Predicate"

type Json = Readonly<Record<string, unknown>>

const listOf = (value: unknown, field: string): ReadonlyArray<Json> => {
  const list = Predicate.hasProperty(value, field) ? value[field] : undefined
  return Array.isArray(list) ? list.map((item): Json => (Predicate.isObject(item) ? (item as Json) : {})) : []
}

const repeated = (items: ReadonlyArray<Json>, field: string, path: string): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return items.flatMap((item, index) => {
    const value = item[field]
    if (typeof value !== "string") return []
    const key = field === "email" ? value.toLowerCase() : value
    const first = seen.get(key)
    if (first !== undefined) return [`${path}[${index}].${field}: is the same as that of ${path}[${first}]`]
    seen.set(key, index)
    return []
  })
}

export const duplicates = (config: unknown): ReadonlyArray<string> => {
  const accounts = listOf(config, "accounts")
  return [
    ...repeated(accounts, "id", "accounts"),
    ...accounts.flatMap((account, index) => [
      ...repeated(listOf(account, "users"), "id", `accounts[${index}].users`),
      ...repeated(listOf(account, "users"), "email", `accounts[${index}].users`),
      ...repeated(listOf(account, "installations"), "client_id", `accounts[${index}].installations`)
    ])
  ]
}
