// What a run says of what it has measured, and whether it ends with 1.
import * as Budgets from "./budgets.ts"
import * as Document from "./Document.ts"
import { isShort, isWritten, table } from "./Options.ts"
import * as Recording from "./Record.ts"

/** The results of a run, one part of it. */
export class Run {
  readonly #part: Budgets.Part
  readonly #works: Record<string, Budgets.Result> = {}

  constructor(part: Budgets.Part) {
    this.#part = part
  }

  /** Prints the contestants of a work, the best one first, and whether what is asked of it holds. */
  add(id: string, result: Budgets.Result) {
    const work = Budgets.workOf(this.#part, id)
    this.#works[work.id] = result
    console.log(`\n${work.title}`)
    const { shown } = work
    const better = Budgets.isMoreBetter(shown) ? -1 : 1
    const rows = Object.entries(result).toSorted(([, a], [, b]) => ((a[shown] ?? 0) - (b[shown] ?? 0)) * better)
    const bare = [Budgets.floor, Budgets.nodeItself].find((name) => name in result) ?? ""
    for (const [name, figures] of rows) {
      const all = Object.entries(figures) as [Budgets.Measure, number][]
      const text = all.map(([measure, value]) => Document.figure(value, measure).padStart(18)).join("")
      const ratio = (figures[shown] ?? Number.NaN) / (result[bare]?.[shown] ?? Number.NaN)
      console.log(
        `  ${name.padEnd(28)}${text}${Number.isNaN(ratio) ? "" : `  ${ratio.toFixed(2).padStart(7)}x ${bare}`}`
      )
    }
    for (const mark of Budgets.marks.filter((mark) => mark.work === work)) this.#say(Budgets.verdictOf(mark, result))
  }

  #say(verdict: Budgets.Verdict) {
    const { mark, reached, than } = verdict
    const of = mark.of === Budgets.ours ? "" : `${mark.of}: `
    console.log(
      `  ${Document.standing(verdict)}: ${of}${Document.amount(reached, mark)}${than === undefined ? "" : ` ${than}`}; ` +
        `the budget is ${Document.amount(mark.budget, mark)}, the goal ${Document.amount(mark.goal, mark)}`
    )
    if (!verdict.isBudget) process.exitCode = 1
  }

  /** Records the figures, if that is asked for, and makes the document anew. */
  end(packages: readonly string[], versions?: Record<string, string>) {
    const measured = Budgets.works.filter(({ id, part }) => part === this.#part && id in this.#works)
    const missing = Budgets.works.filter(({ id, part }) => part === this.#part && !(id in this.#works))
    if (table === "" && missing.length > 0) {
      console.error(`not measured: ${missing.map(({ id }) => id).join(", ")}`)
      process.exitCode = 1
    }
    if (!isWritten || isShort || measured.length === 0) return
    Recording.write(this.#part, this.#works, packages, versions)
    Document.write(Recording.read())
    console.log(`\n${measured.length} works were recorded in tools/bench/results.json and docs/performance.md`)
  }
}
