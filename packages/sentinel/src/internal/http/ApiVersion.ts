/**
 * The parameter `v`.
 *
 * LivePerson documents the version as a number with the default 1.0; prints `?v1.0`, without `=`, for revocation; and
 * has shown 2.0 for tokens. What happens to another or a missing one is not documented, so the dialect decides.
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type { SentinelDialect } from "../../SentinelDialect.ts"

/** The versions of the authorization endpoint. Those of the others are in the dialect. */
export const authorizeVersions: ReadonlyArray<string> = ["1.0"]

/** The versions of the Users API: the newest is documented, and programs that are older go on to send the others. */
export const usersVersions: ReadonlyArray<string> = ["6.0", "5.0", "4.0", "3.0", "2.0", "1.0"]

const bareOf = (query: UrlParameters): string | undefined =>
  ["1.0", "2.0"].find((version) => query.has(`v${version}`) && query.get(`v${version}`) === undefined)

/** Says what is wrong with the version of a request; `undefined` if nothing is. */
export const problemOf = (
  query: UrlParameters,
  versions: ReadonlyArray<string>,
  dialect: Pick<SentinelDialect, "bareVersion" | "version">
): string | undefined => {
  if (dialect.version === "any") return undefined
  const v = query.get("v") ?? (dialect.bareVersion ? bareOf(query) : undefined)
  const expected = versions.join(" or ")
  if (v === undefined) return dialect.version === "known" ? undefined : `v is missing. It must be ${expected}.`
  // Some clients add their query with a second question mark, because the endpoint already has one.
  if (v.includes("?")) {
    return "v has a second question mark. The endpoint already has a query: add parameters with an ampersand."
  }
  return versions.includes(v) || versions.includes(`${v}.0`) ? undefined : `v must be ${expected}.`
}
