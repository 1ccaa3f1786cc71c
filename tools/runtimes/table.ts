// The table of README.md: what was tried where, and came out well.

/** A trial: it throws where something is not as it should be. */
export type Trial = () => Promise<unknown>

/** What is tried in one place. */
export interface Row {
  readonly name: string
  /** Throws where there is none of them. */
  readonly version: () => string | Promise<string>
  /** By the titles of the columns. */
  readonly cells: Record<string, Trial>
}

/** What is there, and passed. */
export type Found = { name: string; version: string; passed: ReadonlyArray<string> }

const columns = ["`@le-auth/server`", "`FetchSignIn`", "`NodeServerSignIn`", "`le-auth sentinel start`", "pages"]

const start = "<!-- The table is written by npm run runtimes -- --write -->\n"
const end = "<!-- End of the table -->\n"

/** Tries everything, one after the other, and says so in a line each. */
export async function run(rows: ReadonlyArray<Row>, say: (line: string) => void) {
  const failures: Array<string> = []
  const found: Array<Found> = []
  for (const { cells, name, version } of rows) {
    const row: Found & { passed: Array<string> } = { name, version: "", passed: [] }
    found.push(row)
    try {
      row.version = await version()
    } catch (error) {
      say(`  ${name.padEnd(34)} MISSING`)
      failures.push(`${name}: ${messageOf(error)}`)
      continue
    }
    for (const [column, trial] of Object.entries(cells)) {
      const started = performance.now()
      const problem = await trial().then(() => undefined, messageOf)
      const verdict = problem === undefined ? "ok" : "FAILED"
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      say(`  ${`${name} ${column.replaceAll("`", "")}`.padEnd(34)} ${verdict.padEnd(7)} ${seconds} s`)
      if (problem === undefined) row.passed.push(column)
      else failures.push(`${name}, ${column}: ${problem}`)
    }
  }
  return { failures, found }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const linesOf = (found: ReadonlyArray<Found>) => [
  `| where | version | ${columns.join(" | ")} |`,
  `|---|---|${"---|".repeat(columns.length)}`,
  ...found.map(
    ({ name, passed, version }) =>
      `| ${name} | ${version} | ${columns.map((column) => (passed.includes(column) ? "yes" : "")).join(" | ")} |`
  )
]

/** The place of the table in a text. */
function place(text: string) {
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`There is no place for the table: ${start}${end}`)
  return { from: from + start.length, to }
}

/** The text with the table of what was found. */
export function write(text: string, found: ReadonlyArray<Found>) {
  const { from, to } = place(text)
  return `${text.slice(0, from)}\n${linesOf(found).join("\n")}\n\n${text.slice(to)}`
}

/** In which lines the table of a text tells something else. */
export function compare(text: string, found: ReadonlyArray<Found>) {
  const { from, to } = place(text)
  const told = text.slice(from, to).trim().split("\n")
  const lines = linesOf(found)
  return [
    ...told.filter((line) => !lines.includes(line)).map((line) => `told:  ${line}`),
    ...lines.filter((line) => !told.includes(line)).map((line) => `found: ${line}`)
  ]
}
