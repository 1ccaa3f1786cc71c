/** One instance in a process for an installation and a store, however often a framework loads the modules. */
import type { LeAuth } from "../LeAuth.ts"
import { LeAuthError } from "../LeAuthError.ts"
import type { Options } from "../Options.ts"
import * as Log from "./log.ts"
import { type Given, prefixes } from "./settings.ts"

/** Copies of this package, also of other versions, read what others put there. So it stays as it is. */
interface Entry {
  readonly installation: string
  /** A text, or the object with stores of the application. */
  readonly store: unknown
  readonly instance: LeAuth
  /** The names of the options that differ. Their values stay inside, since some are secrets. */
  readonly differences: (others: Readonly<Record<string, string>>) => ReadonlyArray<string>
}

const key = Symbol.for("@le-auth/server/instances")

const entries = (): Array<Entry> => {
  const scope = globalThis as { [key]?: Array<Entry> }
  // Not enumerable: the URL of a store may have a password, and programs print globals.
  if (scope[key] === undefined) Object.defineProperty(scope, key, { value: [] })
  return scope[key]!
}

/** A value as text. Functions are alike. What JSON cannot have is wrong, and the start says so. */
const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "function" ? "a function" : part))
  } catch {
    return "not JSON"
  }
}

/** A text for each option. A logger is like another one. */
const texts = (options: Options, given: Given): Readonly<Record<string, string>> => {
  const { logger, env: _, ...others } = options
  const effective = { ...others, ...prefixes(options), ...given, store: undefined }
  const result: Record<string, string> = logger === undefined ? {} : { logger: "given" }
  for (const [name, value] of Object.entries(effective)) {
    if (value === undefined) continue
    result[name] = textOf(value)
  }
  return result
}

const namesThatDiffer = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name])

const isObject = (store: unknown): boolean => typeof store === "object" && store !== null

/** Objects have no name by which they could be the same store, so this may be on purpose. */
const warnOfSeveral = (options: Options) =>
  Log.safely(options.logger).warn(
    "createLeAuth was called before in this process for the same installation, with another object as its store, and neither knows what the other keeps in memory. A framework may have loaded your module several times: keep the object in globalThis, so that each time has the same one.",
    {}
  )

/** The instance for these options, or the one that `make` makes. `forget` takes it away again. */
export const shared = (options: Options, given: Given, make: (forget: () => void) => LeAuth): LeAuth => {
  const own = texts(options, given)
  const installation = options.installations === undefined ? textOf([given.accountId, given.clientId]) : "installations"
  const store = given.store ?? "memory:"
  const found = entries().find((entry) => entry.installation === installation && entry.store === store)
  if (found !== undefined) {
    const names = found.differences(own)
    if (names.length === 0) return found.instance
    throw new LeAuthError({
      _tag: "Settings",
      status: 500,
      message: `createLeAuth was called before in this process for the same installation and store, with other options: ${names.join(", ")}. Call it in one module and import that where you need it, or dispose of the first instance before. After a change under a development server, restart that.`
    })
  }
  const isAlike = (entry: Entry) => entry.installation === installation && isObject(entry.store)
  if (isObject(store) && entries().some(isAlike)) warnOfSeveral(options)
  const entry: Entry = {
    installation,
    store,
    instance: make(() => {
      const index = entries().indexOf(entry)
      if (index !== -1) entries().splice(index, 1)
    }),
    differences: (others) => namesThatDiffer(own, others)
  }
  entries().push(entry)
  return entry.instance
}
