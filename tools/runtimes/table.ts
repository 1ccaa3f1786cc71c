// The table of README.md: what was tried where, and came out well.

/** A trial: it throws where something is not as it should be. @typedef {() => Promise<unknown>} Trial */

/**
 * What is tried in one place.
 * @typedef {object} Row
 * @property {string} name
 * @property {() => string | Promise<string>} version throws where there is none of them
 * @property {Record<string, Trial>} cells by the titles of the columns
 */

/** What is there, and passed. @typedef {{ name: string, version: string, passed: ReadonlyArray<string> }} Found */

const columns = ["`FetchSignIn`", "`NodeServerSignIn`", "`le-auth sentinel start`", "pages"]

const start = "<!-- The table is written by npm run runtimes -- --write -->\n"
const end = "<!-- End of the table -->\n"

/**
 * Tries everything, one after the other, and says so in a line each.
 * @param {ReadonlyArray<Row>} rows
 * @param {(line: string) => void} say
 */
export async function run(rows, say) {
  /** @type {Array<string>} */
  const failures = []
  /** @type {Array<Found>} */
  const found = []
  for (const { cells, name, version } of rows) {
    /** @type {Found & { passed: Array<string> }} */
    const row = { name, version: "", passed: [] }
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

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error))

/** @param {ReadonlyArray<Found>} found */
const linesOf = (found) => [
  `| where | version | ${columns.join(" | ")} |`,
  `|---|---|${"---|".repeat(columns.length)}`,
  ...found.map(
    ({ name, passed, version }) =>
      `| ${name} | ${version} | ${columns.map((column) => (passed.includes(column) ? "yes" : "")).join(" | ")} |`
  )
]

/** The place of the table in a text. @param {string} text */
function place(text) {
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`There is no place for the table: ${start}${end}`)
  return { from: from + start.length, to }
}

/** The text with the table of what was found. @param {string} text @param {ReadonlyArray<Found>} found */
export function write(text, found) {
  const { from, to } = place(text)
  return `${text.slice(0, from)}\n${linesOf(found).join("\n")}\n\n${text.slice(to)}`
}

/** In which lines the table of a text tells something else. @param {string} text @param {ReadonlyArray<Found>} found */
export function compare(text, found) {
  const { from, to } = place(text)
  const told = text.slice(from, to).trim().split("\n")
  const lines = linesOf(found)
  return [
    ...told.filter((line) => !lines.includes(line)).map((line) => `told:  ${line}`),
    ...lines.filter((line) => !told.includes(line)).map((line) => `found: ${line}`)
  ]
}
