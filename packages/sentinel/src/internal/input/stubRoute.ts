/**
 * The routes of stubs, `POST /api/account/{account}/lambdas/{id}/invocation`: their grammar, which of them answers a
 * request, and which of them cannot stand side by side.
 */
import type * as Slices from "./Slices.ts"

/** The methods that a stub may have. A GET also answers HEAD. */
export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const
export type Method = (typeof methods)[number]

/** `undefined` stands for a parameter, which is any text that is not empty. */
export type Segments = ReadonlyArray<string | undefined>

export interface StubRoute {
  readonly method: Method
  readonly segments: Segments
}

export const limits = { length: 512, segments: 32 } as const

const literal = /^[A-Za-z0-9._~!$&'()*+,=:@-]+$/
const parameter = /^\{([A-Za-z][A-Za-z0-9_]{0,31})\}$/
const account = "{account}"

const form = "must be a method and a path, such as GET /api/account/{account}/items/{id}"

/** What is wrong with a route; `undefined` if nothing is. */
export const problemOf = (text: string): string | undefined => {
  if (text.length > limits.length) return `must be at most ${limits.length} characters long`
  const [, method = "", path = ""] = /^(\S+) (\/\S*)$/.exec(text) ?? []
  if (path === "") return form
  if (!methods.some((known) => known === method)) return `has a method that is not one of ${methods.join(", ")}`
  const parts = path.slice(1).split("/")
  if (parts.length > limits.segments) return `must have at most ${limits.segments} parts between slashes`
  const names = parts.flatMap((part) => parameter.exec(part)?.[1] ?? [])
  if (new Set(names).size < names.length) return "has two parameters of the same name"
  for (const part of parts) {
    if (part === "" || part === "." || part === "..") return "has an empty part, or one of dots alone"
    if (!parameter.test(part) && !literal.test(part)) {
      return "has a part that is neither a {parameter} nor letters, digits and ._~!$&'()*+,=:@-"
    }
  }
  const place = parts.findIndex((part) => parameter.test(part))
  return parts[place] === account && parts.indexOf("account") === place - 1
    ? undefined
    : `must have /account/${account}/ before all other parameters: it says whose stub answers`
}

/** Reads a route without problems. */
export const parse = (text: string): StubRoute => {
  const [method = "", path = ""] = text.split(" ")
  const parts = path.slice(1).split("/")
  return { method: method as Method, segments: parts.map((part) => (parameter.test(part) ? undefined : part)) }
}

/** The same for two routes that answer the same requests. */
export const shapeOf = (text: string): string => text.replaceAll(/\{\w+\}/g, "{}")

const decoded = (part: string): string | undefined => {
  if (!part.includes("%")) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/**
 * The parts of the path of a request, each decoded, so that an encoded slash stays in its part; `undefined` if no route
 * can have them.
 */
export const partsOf = (path: string): ReadonlyArray<string> | undefined => {
  // Some parsers end a path at a semicolon.
  if (!path.startsWith("/") || path.includes(";")) return undefined
  // One more, to see that there are too many.
  const parts = path
    .slice(1)
    .split("/", limits.segments + 1)
    .map(decoded)
  return parts.length <= limits.segments && parts.every((part) => part !== undefined && part !== "")
    ? (parts as ReadonlyArray<string>)
    : undefined
}

/** The account that a request is about, if a stub can answer it. */
export const accountIn = (parts: ReadonlyArray<string>): string | undefined => {
  const place = parts.indexOf("account")
  return place === -1 ? undefined : parts[place + 1]
}

/** Whether a route has a path with these parts. */
export const matches = (segments: Segments, parts: ReadonlyArray<string>): boolean =>
  segments.length === parts.length &&
  segments.every((segment, index) => segment === undefined || segment === parts[index])

/** Whether everything that the second path matches is matched by the first one, too. */
export const covers = (wide: Segments, narrow: Segments): boolean =>
  wide.length === narrow.length && wide.every((segment, index) => segment === undefined || segment === narrow[index])

/**
 * Which one of two routes that have the same path comes first: the one with a text where the other one has a parameter,
 * from the left. It is 0 for routes of one shape only.
 */
export const order = (a: Segments, b: Segments): number => {
  const place = a.findIndex((segment, index) => (segment === undefined) !== (b[index] === undefined))
  return place === -1 ? 0 : a[place] === undefined ? 1 : -1
}

/** All stubs of an account. */
export const most = 1000

/** What is wrong with the stubs of an account beside each other, and beside the services that are elsewhere. */
export function* collisions(account: {
  readonly services?: Readonly<Record<string, unknown>> | undefined
  readonly stubs?: Readonly<Record<string, ReadonlyArray<{ readonly route: string } | undefined>>> | undefined
}): Slices.Pausing<ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly issue: string }>> {
  const { services = {}, stubs = {} } = account
  const found: Array<{ readonly path: ReadonlyArray<string | number>; readonly issue: string }> = []
  const places = new Map<string, string>()
  let count = 0
  for (const [service, list] of Object.entries(stubs)) {
    if (list.length > 0 && Object.hasOwn(services, service)) {
      const issue = `is elsewhere, so the stubs of ${service} would never answer. Remove one of the two`
      found.push({ path: ["services", service], issue })
    }
    count += list.length
    for (const [index, stub] of list.entries()) {
      yield
      if (stub === undefined || found.length >= 100) continue
      const shape = shapeOf(stub.route)
      const first = places.get(shape)
      if (first === undefined) places.set(shape, `stubs.${service}[${index}]`)
      else found.push({ path: ["stubs", service, index, "route"], issue: `answers the same requests as ${first}` })
    }
  }
  return count > most ? [{ path: ["stubs"], issue: `are more than ${most}` }, ...found] : found
}
