/**
 * Where state is kept, as people write it into a setting: `memory:`, `sqlite:PATH`, `postgres://…` or `redis://…`.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Path from "node:path"
import { canDecodeUserInfo } from "./internal/userInfo.ts"

/**
 * Where state is kept.
 *
 * @category models
 * @since 0.1.0
 */
export type StoreUrl = Memory | DatabaseUrl | RedisUrl

/**
 * In this process, and gone with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Memory {
  readonly _tag: "Memory"
}

/**
 * A database that speaks SQL, see `NodeDatabase`.
 *
 * @category models
 * @since 0.1.0
 */
export type DatabaseUrl =
  | { readonly _tag: "Sqlite"; readonly path: string }
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted }

/**
 * A Redis, see `NodeRedis`. The address may have a password in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface RedisUrl {
  readonly _tag: "Redis"
  readonly url: Redacted.Redacted
}

const redacted = (text: string) => Redacted.make(text, { label: "store URL" })

/** A file name that SQLite would not take for a file, and two slashes that make it another file than people mean. */
const sqlite = (path: string): Result.Result<StoreUrl, string> => {
  if (path === "") return Result.fail("sqlite: needs a path, such as sqlite:state/le-auth.sqlite")
  if (path.startsWith("//")) {
    return Result.fail("sqlite: is followed by the path alone: sqlite:relative/file or sqlite:/absolute/file")
  }
  return path.startsWith(":") || path.startsWith("file:")
    ? Result.fail("sqlite: needs the path of a file; what need not survive is kept with memory:")
    : Result.succeed({ _tag: "Sqlite", path })
}

type Check = (value: string) => boolean

const isAnything: Check = () => true
const isCount: Check = (value) => /^[1-9]\d{0,5}$/.test(value)
const isBoolean: Check = (value) => value === "true" || value === "false"

/** Those of libpq that `@effect/sql-pg` and `NodeDatabase` obey, and two of ours. */
const postgresParameters: Readonly<Record<string, Check>> = {
  application_name: isAnything,
  connect_timeout: (value) => /^\d{1,6}$/.test(value),
  dbname: isAnything,
  host: isAnything,
  max_connections: isCount,
  options: isAnything,
  password: isAnything,
  port: isCount,
  prepare: isBoolean,
  sslmode: (value) => ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"].includes(value),
  sslrootcert: (value) => value !== "",
  user: isAnything
}

/** What a driver does not know it ignores, so that a misspelt setting would weaken a connection in silence. */
const parameterProblem = (parameters: URLSearchParams, known: Readonly<Record<string, Check>>): string | undefined => {
  for (const [name, value] of parameters) {
    if (!Object.hasOwn(known, name)) {
      // The name may be the rest of a password with a question mark in it.
      const shown = /^[a-z][a-z_]{0,30}$/i.test(name) ? `the parameter ${name}` : "a parameter"
      const names = Object.keys(known).join(", ")
      return `has ${shown}, which is not known; ${names === "" ? "it takes none" : `known are ${names}`}`
    }
    // Which of two counts, two readers may see differently.
    if (parameters.getAll(name).length > 1) return `has the parameter ${name} more than once`
    if (!known[name]!(value)) return `has a value for ${name} that it cannot have`
  }
  const mode = parameters.get("sslmode")
  return parameters.has("sslrootcert") && (mode === "disable" || mode === "allow" || mode === "prefer")
    ? "has sslrootcert, which needs sslmode=verify-full: the certificate is not asked for without it"
    : undefined
}

/**
 * Reads such a text. The problem, if there is one, does not repeat it: it may have a password in it. A parameter that
 * is not known is a problem.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<StoreUrl, string> => {
  if (text === "memory:") return Result.succeed({ _tag: "Memory" })
  if (text.startsWith("sqlite:")) return sqlite(text.slice("sqlite:".length))
  const scheme = /^(postgres|postgresql|redis|rediss):\/\//.exec(text)?.[1]
  if (scheme === undefined) {
    return Result.fail("is none of memory:, sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE and redis://HOST")
  }
  const url = URL.parse(text)
  if (url === null || !canDecodeUserInfo(url)) {
    return Result.fail(
      `is not a ${scheme}:// URL: characters such as @, /, # and % in a user or password are written in percent-encoding`
    )
  }
  const isRedis = scheme.startsWith("redis")
  if (isRedis && !/^\/?\d{0,9}$/.test(url.pathname)) {
    return Result.fail("has a path that is not the number of a database: redis://HOST or redis://HOST/1")
  }
  const problem = parameterProblem(url.searchParams, isRedis ? {} : postgresParameters)
  return problem === undefined
    ? Result.succeed({ _tag: isRedis ? "Redis" : "Postgres", url: redacted(text) })
    : Result.fail(problem)
}

/**
 * Where the seal key of a file of SQLite is, unless one is given: beside it. See `SealKeyFile`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sealKeyFile = (url: DatabaseUrl & { readonly _tag: "Sqlite" }): string => `${url.path}.key`

/**
 * The address of a store for people and logs: without a password, and without parameters, which may also have one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const describe = (url: StoreUrl): string => {
  switch (url._tag) {
    case "Memory":
      return "memory:"
    case "Sqlite":
      return `sqlite:${Path.resolve(url.path)}`
    case "Postgres":
    case "Redis": {
      const { host, pathname, protocol, username } = new URL(Redacted.value(url.url))
      return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`
    }
  }
}
