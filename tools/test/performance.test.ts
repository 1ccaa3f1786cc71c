// The document of the benchmarks is what the recorded figures make, and no budget is without a figure.
import { describe, expect, it } from "vitest"

import * as Budgets from "../bench/budgets.ts"
import * as Document from "../bench/Document.ts"
import * as Recording from "../bench/Record.ts"

describe("docs/performance.md", () => {
  const records = Recording.read()

  it("has a figure for every budget", () => {
    const shown = new Set(Document.verdicts(records).map(({ verdict }) => verdict.mark.id))
    expect(Budgets.marks.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([])
    for (const { verdict } of Document.verdicts(records)) expect(verdict.reached, verdict.mark.id).toBeGreaterThan(0)
  })

  it("is what the recorded figures make: npm run bench -- document", () => {
    expect(Document.written()).toBe(Document.figures(records))
  })

  it("shows what misses its budget or its goal first", () => {
    const standings = [...Document.written().matchAll(/^\|.* \| (BUDGET MISSED|goal missed|goal reached)/gm)]
    expect(standings.length).toBe(Budgets.marks.length)
  })
})

describe("budgets", () => {
  it("are asked of what is measured, and there is none of what is no longer measured", () => {
    const ids = Budgets.marks.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Budgets.strayBudgets()).toEqual([])
  })

  it("are never stricter than the goal, when they are proposed", () => {
    for (const { verdict } of Document.verdicts(Recording.read())) {
      const { goal, measure } = verdict.mark
      const proposed = Budgets.proposal(verdict, 0.08)
      if (Budgets.isMoreBetter(measure)) expect(proposed).toBeLessThanOrEqual(goal)
      else expect(proposed).toBeGreaterThanOrEqual(goal)
    }
  })
})
