/** The texts of a document, wherever they are in it. */
import * as Text from "./text.ts"

/** As many characters as an address has at most that anybody takes. */
const longest = 2048
/** One line for each problem, and no more of them than somebody reads. */
const mostProblems = 20

/** What some store could not hold, each with its path. A hash or an id is never that long. */
export const problemsOf = (document: unknown, path = ""): ReadonlyArray<string> => {
  if (typeof document === "string") {
    const problem = document.length > longest ? `has more than ${longest} characters` : Text.problemOf(document)
    return problem === undefined ? [] : [`${path}: ${problem}`]
  }
  if (typeof document !== "object" || document === null || ArrayBuffer.isView(document)) return []
  const problems: Array<string> = []
  for (const [key, value] of Object.entries(document)) {
    if (problems.length >= mostProblems) break
    const at = Array.isArray(document) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`
    problems.push(...problemsOf(value, at))
  }
  return problems.slice(0, mostProblems)
}
