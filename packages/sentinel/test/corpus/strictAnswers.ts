/** The table of docs/sentinel-dialect.md: which requests of the corpus the dialect `rfc` does not answer as needed. */
import type { Program } from "./Corpus.ts"
import type { Outcome } from "./Replay.ts"

const answerOf = ({ error, lacks, status, step }: Outcome): string =>
  status === step.needs?.status ? `${status}, but ${lacks.join(", ")}` : `${status} \`${error}\``

/** The points that would let the requests through, or give the answer that is needed. */
const pointsOf = ({ description, step }: Outcome): string => {
  const points = [...step.warnings.filter((point) => description.includes(point)), step.point ?? []].flat()
  return points.map((point) => `\`${point}\``).join(", ")
}

/** The rows of a program: none, if it has all it needs. What comes behind a refused request is not asked. */
export const rowsOf = ({ program }: Program, outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> =>
  outcomes
    .filter(({ lacks }) => lacks.length > 0)
    .map((outcome) => `| ${program} ${outcome.step.does} | ${answerOf(outcome)} | ${pointsOf(outcome)} |`)

const begin = "<!-- The tests of the corpus write what follows. -->"
const end = "<!-- The end of what the tests write. -->"

/** The page with the table in its place. */
export const withTable = (page: string, rows: ReadonlyArray<string>): string => {
  const [before, rest] = page.split(begin) as [string, string]
  const table = ["| request | answer in `rfc` | point |", "|---|---|---|", ...rows].join("\n")
  return `${before}${begin}\n\n${table}\n\n${end}${rest.split(end)[1]}`
}
