// The part of docs/performance.md that is made of the figures that were recorded.
import fs from "node:fs"

import * as Budgets from "./budgets.ts"
import type { Records } from "./Record.ts"

export const file = new URL("../../docs/performance.md", import.meta.url)

const begin = "<!-- Made by `npm run bench -- --write`: begin -->"
const end = "<!-- Made by `npm run bench -- --write`: end -->"

const parts = { server: "Sentinel", client: "The client", cli: "The command line" } as const
const isPart = (part: string): part is Budgets.Part => part in parts

const units: Record<Budgets.Measure, string> = {
  rate: "/s",
  cpu: " µs of CPU",
  milliseconds: " ms",
  mebibytes: " MiB",
  kilobytes: " kB"
}

const number = (value: number, measure: Budgets.Measure) => {
  const digits = measure === "rate" || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString("en", { maximumFractionDigits: digits })
}

/** A figure with its unit. */
export const figure = (value: number | undefined, measure: Budgets.Measure) =>
  value === undefined || Number.isNaN(value) ? "" : number(value, measure) + units[measure]

/** A number of a mark: a ratio, or a figure. */
export const amount = (value: number, { measure, than }: Budgets.Mark) =>
  than === undefined ? figure(value, measure) : `${value.toFixed(2)}x`

/** In words: what is reached, and whether that is enough. */
export const standing = ({ isBudget, isGoal }: Budgets.Verdict) =>
  isBudget ? (isGoal ? "goal reached" : "goal missed, budget holds") : "BUDGET MISSED"

/** What must be looked at comes first. */
const order = ({ isBudget, isGoal }: Budgets.Verdict) => (isBudget ? (isGoal ? 2 : 1) : 0)

const tableOf = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

/** Each mark with its figure, and nothing where there is none. */
export const verdicts = (records: Records) =>
  Budgets.marks.flatMap((mark) => {
    const result = records[mark.work.part]?.works[mark.work.id]
    return result === undefined ? [] : [{ verdict: Budgets.verdictOf(mark, result), result }]
  })

const marksOf = (records: Records, part: Budgets.Part) => {
  const rows = verdicts(records)
    .filter(({ verdict }) => verdict.mark.work.part === part)
    .toSorted((a, b) => order(a.verdict) - order(b.verdict))
    .map(({ result, verdict }) => {
      const { mark, reached, than } = verdict
      const isInEffect = mark.of === Budgets.oursInOneEffect
      const of = than === undefined ? "" : `${than}: ${figure(result[than]?.[mark.measure], mark.measure)}`
      return [
        mark.work.title + (isInEffect ? ", inside one Effect" : ""),
        figure(result[mark.of]?.[mark.measure], mark.measure),
        of,
        amount(reached, mark),
        amount(mark.goal, mark),
        amount(mark.budget, mark),
        standing(verdict)
      ]
    })
  return tableOf(["work", "le-auth", "beside", "reached", "goal", "budget", ""], rows)
}

/** Every contestant, the best one first. */
const contestants = (records: Records, part: Budgets.Part) => {
  const works = records[part]?.works ?? {}
  const rows = Budgets.works
    .filter((work) => work.part === part && work.id in works)
    .map(({ id, shown, title }) => {
      const result = Object.entries(works[id] ?? {}).toSorted(
        ([, a], [, b]) => ((a[shown] ?? 0) - (b[shown] ?? 0)) * (Budgets.isMoreBetter(shown) ? -1 : 1)
      )
      const all = result.map(([name, figures]) => {
        const cpu = shown === "rate" ? ` (${figure(figures.cpu, "cpu").replace(" of CPU", "")})` : ""
        return `${name} ${figure(figures[shown], shown).replace(" of CPU", "")}${cpu}`
      })
      return [title, all.join(", ")]
    })
  return tableOf(["work", "contestants, the best one first; behind a rate the CPU of one"], rows)
}

/** The part that the runs make. */
export const figures = (records: Records) =>
  [
    begin,
    ...Object.keys(parts)
      .filter(isPart)
      .flatMap((part) => {
        const recorded = records[part]
        if (recorded === undefined) return []
        const versions = Object.entries(recorded.versions).map(([name, version]) => `${name} ${version}`)
        return [
          `## Figures: ${parts[part]}`,
          `${recorded.machine}; ${versions.join(", ")}.`,
          marksOf(records, part),
          contestants(records, part)
        ]
      }),
    end
  ].join("\n\n")

const places = (text: string) => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error("docs/performance.md has lost the marks around its figures")
  return { from, to: to + end.length }
}

/** What the document says now between the marks. */
export const written = () => {
  const text = fs.readFileSync(file, "utf8")
  const { from, to } = places(text)
  return text.slice(from, to)
}

export const write = (records: Records) => {
  const text = fs.readFileSync(file, "utf8")
  const { from, to } = places(text)
  fs.writeFileSync(file, text.slice(0, from) + figures(records) + text.slice(to))
}
