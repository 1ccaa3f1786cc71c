// What a page pays: `npm run bench -- size`. Ends with 1 if a budget is missed.
import { measure, peers } from "./size/Measure.ts"

const names = Object.keys(peers) as (keyof typeof peers)[]
for (const bundler of ["rolldown", "esbuild"] as const) {
  const { budgets, rows } = await measure(bundler, names)
  console.log(`\nwhole page by ${bundler}: redirect, return, session; minified, gzipped`)
  for (const { kilobytes, name } of rows) console.log(`  ${name.padEnd(42)} ${kilobytes.toFixed(2).padStart(6)} kB`)
  for (const { holds, text } of budgets) console.log(`  ${holds ? "holds" : "MISSED"}: ${text}`)
  if (budgets.some(({ holds }) => !holds)) process.exitCode = 1
}
