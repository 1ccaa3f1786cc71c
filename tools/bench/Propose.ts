// `npm run bench -- budgets [--margin=8] [--write]`: what the budgets would be after the figures that were recorded. A
// goal that was reached is the budget; else it is what was reached, with a margin in percent.
import * as Budgets from "./budgets.ts"
import * as Document from "./Document.ts"
import { isWritten, margin } from "./Options.ts"
import * as Recording from "./Record.ts"

const records = Recording.read()
const proposed: Record<string, number> = {}
for (const mark of Budgets.marks) {
  const result = records[mark.work.part]?.works[mark.work.id]
  if (result === undefined) {
    console.log(`  ${mark.id}: no figure, the budget stays`)
    proposed[mark.id] = mark.budget
    continue
  }
  const verdict = Budgets.verdictOf(mark, result)
  const budget = Budgets.proposal(verdict, margin)
  proposed[mark.id] = budget
  const say = (value: number) => Document.amount(value, mark)
  console.log(
    `  ${mark.id}: reached ${say(verdict.reached)}, goal ${say(mark.goal)}, budget ${say(mark.budget)} -> ${say(budget)}`
  )
}
if (isWritten) {
  Budgets.writeBudgets(proposed)
  console.log("\nthey are in tools/bench/budgets.json; `npm run bench -- document` shows them in docs/performance.md")
}
