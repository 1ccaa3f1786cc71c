// A number of requests of one kind, for a load generator: load.lua and Autocannon.ts do the same with it.
import { exchangeParts, refreshParts } from "./Parameters.ts"
import type { Contestant } from "./Running.ts"

export type Kind = "authorize" | "exchange" | "refresh" | "keys" | "flow"

export interface Job {
  readonly name: string
  readonly kind: Kind
  readonly times: number
  readonly port: number
  readonly host: string
  /** The address of authorize, without its state; between the two goes a number. */
  readonly authorize: string
  readonly state: string
  readonly rest: string
  readonly token: string
  readonly keys: string
  readonly exchangeBefore: string
  readonly exchangeAfter: string
  readonly refreshBefore: string
  readonly refreshAfter: string
  readonly cookies: string[]
  /** One for each exchange. */
  readonly codes: string[]
  /** More than connections: each answer gives the next one. */
  readonly tokens: string[]
  readonly idToken: boolean
}

let jobs = 0

export const job = (
  contestant: Contestant,
  port: number,
  work: { kind: Kind; times: number; cookies: string[]; codes?: string[]; tokens?: string[] }
): Job => {
  const { authorize, hasIdToken = true, keys = "", name, token } = contestant
  // Each job has states of its own.
  const state = `${"s".repeat(24)}${++jobs}x`
  const [before = "", rest = ""] = authorize("STATE").split("STATE")
  const [exchangeBefore = "", exchangeAfter = ""] = exchangeParts
  const [refreshBefore = "", refreshAfter = ""] = refreshParts
  const idToken = hasIdToken && (work.kind === "exchange" || work.kind === "flow")
  const bodies = { exchangeBefore, exchangeAfter, refreshBefore, refreshAfter }
  const of = { name, port, host: `localhost:${port}`, authorize: before, state, rest, token, keys, ...bodies, idToken }
  return { codes: [], tokens: [], ...of, ...work }
}
