/**
 * The parameter `v`.
 *
 * LivePerson documents the version as a number with the default 1.0; prints `?v1.0`, without `=`, for revocation; and
 * has shown 2.0 for tokens. What happens to another or a missing one is not documented, so the dialect decides.
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type { SentinelDialect } from "../../SentinelDialect.ts"
import { passesBy } from "./passesBy.ts"

/** The versions of the authorization endpoint. Those of the others are in the dialect. */
export const authorizeVersions: ReadonlyArray<string> = ["1.0"]

/** The versions of the Users API: the newest is documented, and programs that are older go on to send the others. */
export const usersVersions: ReadonlyArray<string> = ["6.0", "5.0", "4.0", "3.0", "2.0", "1.0"]

const bareOf = (query: UrlParameters): string | undefined =>
  ["1.0", "2.0"].find((version) => query.has(`v${version}`) && query.get(`v${version}`) === undefined)

/** The versions that an endpoint takes, and the points that say so. */
export interface Rules {
  readonly versions: ReadonlyArray<string>
  readonly version: SentinelDialect["version"]
  readonly bareVersion: boolean
  /** The points that give `version` and `versions`. Not every endpoint has one for `versions`. */
  readonly points: {
    readonly version: "usersVersion" | "version"
    readonly versions?: "appTokenVersions" | "tokenVersions"
  }
}

/** The versions that a point can add. */
const known = ["1.0", "2.0"]

const isOneOf = (versions: ReadonlyArray<string>, v: string): boolean =>
  versions.includes(v) || versions.includes(`${v}.0`)

/** Says what is wrong with the version of a request, and which point lets it pass; `undefined` if nothing is wrong. */
export const problemOf = (
  query: UrlParameters,
  { bareVersion, points, version, versions }: Rules
): string | undefined => {
  const given = query.get("v")
  if (version === "any" || (given !== undefined && isOneOf(versions, given))) return undefined
  const bare = bareOf(query)
  const v = given ?? (bareVersion ? bare : undefined)
  const expected = versions.join(" or ")
  if (v === undefined) {
    if (version === "known") return undefined
    const isBare = bare !== undefined && points.version === "version"
    return `v is missing. It must be ${expected}. ${isBare ? passesBy("bareVersion", true) : passesBy(points.version, "known")}`
  }
  const anything = passesBy(points.version, "any")
  // Some clients add their query with a second question mark, because the endpoint already has one.
  if (v.includes("?")) {
    return `v has a second question mark. The endpoint already has a query: add parameters with an ampersand. ${anything}`
  }
  if (isOneOf(versions, v)) return undefined
  const canBeAdded = points.versions !== undefined && isOneOf(known, v)
  return `v must be ${expected}. ${canBeAdded ? passesBy(points.versions) : anything}`
}
