// What follows `npm run bench --`: a part, a table of it, and the options.
const all = process.argv.slice(2)
const words = all.filter((word) => !word.startsWith("--"))
const options = new Map(
  all
    .filter((word) => word.startsWith("--"))
    .map((word) => {
      const [name = "", value] = word.slice(2).split("=")
      return [name, value] as const
    })
)

/** `client`, `server` and so on; all but the long ones without it. */
export const part = words[0]

/** The beginning of the name of a table; all without it. */
export const table = words[1] ?? ""

/** The words behind the table. */
export const others = words.slice(2)

/** Whether the figures are recorded, and the document is made anew: `--write`. */
export const isWritten = options.has("write")

/** Shorter rounds, to see whether everything works: `--short`. Its figures are worth nothing. */
export const isShort = options.has("short")

/** Which load generator, of `wrk` and `autocannon`: `--load=autocannon`. */
export const generator = options.get("load")

/** How far a proposed budget is from what was reached, in percent: `--margin=8`. */
export const margin = Number(options.get("margin") ?? 8) / 100
