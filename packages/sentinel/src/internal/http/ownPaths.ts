/** Paths that are Sentinel's own, and so no stub's. */
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import * as Paths from "../../Paths.ts"

/** With and without `.json`, and below `/csdr`, where older programs look. */
const spellings = (path: string): ReadonlyArray<string> =>
  [path, path.replace(/\.json$/, "")].flatMap((one) => [one, one.replace(/^\/api\//, "/csdr/")])

/** The Domain API, in every spelling that is known to work at LivePerson: one service, and all. */
export const domain = { one: spellings(ContractPaths.service), all: spellings(ContractPaths.services) }

/** Everything below these first parts is Sentinel's, whether there is a route or not. */
export const reserved: ReadonlySet<string | undefined> = new Set(["sentinel", ".well-known"])

/** All other paths with an account, as patterns. */
export const patterns: ReadonlyArray<string> = [
  ...domain.one,
  ...domain.all,
  Paths.users,
  Paths.user,
  Paths.statusReasons
]
