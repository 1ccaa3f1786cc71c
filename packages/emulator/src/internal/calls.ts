/** A function for each endpoint of the control, made of its contract, over anything that brings a request there. */
import { ControlApi, controlHeader } from "@le-auth/sentinel/ControlApi"
import * as Predicate from "effect/Predicate"
import type { JournalEntry } from "../Documents.ts"
import type { SentinelControl } from "../SentinelControl.ts"
import * as Errors from "./errors.ts"
import * as Events from "./events.ts"

/** A request of the control. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** The way to a control. */
export interface Way {
  readonly origin: string
  readonly send: (asked: Asked) => Promise<Response>
  /** Aborted when no more is sent, for the reason that callers get. */
  readonly ended: AbortSignal
  /** What it means if an answer breaks off. */
  readonly failed: (error: unknown) => unknown
}

/** As far as it is used: what a contract says of an endpoint. */
interface Endpoint {
  readonly method: string
  readonly path: string
  readonly payload: ReadonlyMap<string, unknown>
  readonly success: ReadonlySet<unknown>
}

/** Its answer, if it is one of success. */
const ask = async (way: Way, asked: Omit<Asked, "headers">): Promise<Response> => {
  const answer = await way.send({
    ...asked,
    headers: { [controlHeader]: "1", ...(asked.body !== undefined && { "content-type": "application/json" }) }
  })
  if (answer.ok) return answer
  const body: unknown = await answer.json().catch(() => undefined)
  throw Errors.fromRefusal(way.origin, answer.status, body)
}

const contentOf = async (way: Way, answer: Response): Promise<unknown> => {
  const text = await answer.text()
  if (text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw Errors.badAnswer(way.origin, "answers something that is not JSON")
  }
}

const sendsBody = ({ method }: Endpoint): boolean => method !== "GET" && method !== "DELETE"

/** A name is one step of a path: "." and ".." would lead to another call, such as one that removes all. */
const problemOfName = (value: unknown): string | undefined => {
  if (value === undefined) return "is missing"
  if (typeof value !== "string" || value === "") return "must be a text that is not empty"
  return value === "." || value === ".." || /\p{Surrogate}/u.test(value) ? "is not a name" : undefined
}

const jsonOf = (input: ReadonlyMap<string, unknown>): string => {
  try {
    return JSON.stringify(Object.fromEntries(input))
  } catch {
    throw Errors.invalidCall(["It must be plain JSON, without a BigInt and without an object that is in itself."])
  }
}

/** The parameters of the path, and the rest in the query or in the body. */
const requestOf = (endpoint: Endpoint, input: unknown): Omit<Asked, "headers"> => {
  if (input !== undefined && (!Predicate.isObject(input) || Array.isArray(input))) {
    throw Errors.invalidCall(["A call of the control takes one object."])
  }
  const rest = new Map(Object.entries(input ?? {}).filter(([, value]) => value !== undefined))
  const problems: Array<string> = []
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name)
    rest.delete(name)
    const problem = problemOfName(value)
    if (problem === undefined) return encodeURIComponent(String(value))
    problems.push(`${name}: ${problem}`)
    return ""
  })
  if (problems.length > 0) throw Errors.invalidCall(problems)
  const { method } = endpoint
  if (sendsBody(endpoint)) {
    return { method, path, ...(endpoint.payload.size > 0 && { body: jsonOf(rest) }) }
  }
  const query = new URLSearchParams([...rest].map(([name, value]) => [name, String(value)])).toString()
  return { method, path: query === "" ? path : `${path}?${query}` }
}

const isStream = ({ success }: Endpoint): boolean =>
  [...success].some((schema) => Predicate.isTagged(schema, "StreamSse"))

const callOf = (way: Way, endpoint: Endpoint) =>
  isStream(endpoint)
    ? (input?: unknown): AsyncIterable<JournalEntry> =>
        Events.dataOf(way, async (signal) => ask(way, { ...requestOf(endpoint, input), signal }))
    : async (input?: unknown): Promise<unknown> => contentOf(way, await ask(way, requestOf(endpoint, input)))

/** All of them, by group. A type test compares {@link SentinelControl} with the contract. */
export const make = (way: Way, url: string | undefined): SentinelControl => {
  const groups = Object.entries(ControlApi.groups).map(([group, { endpoints }]) => [
    group,
    Object.fromEntries(
      Object.entries<Endpoint>(endpoints).map(([name, endpoint]) => [name, callOf(way, endpoint)] as const)
    )
  ])
  return { url, ...Object.fromEntries(groups) } as SentinelControl
}
