/** The texts of a document, wherever they are in it. */
import type * as Slices from "./Slices.ts"
import * as Text from "@le-auth/core/shared/StorableText"

/** As many characters as an address has at most that anybody takes. */
const longest = 2048
/** One line for each problem, and no more of them than somebody reads. */
const mostProblems = 20

/** What some store could not hold, each with its path. A hash or an id is never that long. */
export function* problemsOf(document: unknown, path = ""): Slices.Pausing<ReadonlyArray<string>> {
  if (typeof document === "string") {
    const problem = document.length > longest ? `has more than ${longest} characters` : Text.problemOf(document)
    return problem === undefined ? [] : [`${path}: ${problem}`]
  }
  if (typeof document !== "object" || document === null || ArrayBuffer.isView(document)) return []
  yield
  const problems: Array<string> = []
  const isList = Array.isArray(document)
  const entries: Iterable<[string | number, unknown]> = isList ? document.entries() : Object.entries(document)
  for (const [key, value] of entries) {
    if (problems.length >= mostProblems) break
    const at = isList ? `${path}[${key}]` : path === "" ? `${key}` : `${path}.${key}`
    problems.push(...(yield* problemsOf(value, at)))
  }
  return problems.slice(0, mostProblems)
}
