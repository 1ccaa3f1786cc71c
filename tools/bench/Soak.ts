// What a Sentinel holds after many flows: `npm run bench -- soak`. It forgets by age and by number, so it must become
// flat.
import * as Budgets from "./budgets.ts"
import { flows } from "./server/Flows.ts"
import { leAuth } from "./server/LeAuth.ts"

const limit = Budgets.marks.find(({ work }) => work === Budgets.workOf("server", "memory"))?.budget ?? Number.NaN
const steps = await flows(leAuth, 200_000, 25_000)
const at = (count: number) => steps.find(({ done }) => done === count)
const half = at(100_000)?.heap ?? Number.NaN
const last = at(200_000)?.heap ?? Number.NaN
const early = at(50_000)?.rss ?? Number.NaN
const holds = [
  [early <= limit, `${early.toFixed(0)} MiB after 50,000 flows; the budget is ${limit} MiB`],
  [
    last <= half * 1.1,
    `the heap of ${last.toFixed(0)} MiB after 200,000 flows is ${(last / half).toFixed(2)}x that after 100,000`
  ]
]
for (const [isKept, text] of holds) console.log(`  ${isKept ? "holds" : "MISSED"}: ${text}`)
if (holds.some(([isKept]) => !isKept)) process.exitCode = 1
