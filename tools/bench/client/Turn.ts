// A contestant in a process of its own: does its work as often as it is told, and says what that took.
import { load, type Run } from "./Works.ts"

const [contestant = "", origin = "", ...works] = process.argv.slice(2)
const runs = new Map<string, Run>()
for (const work of works) runs.set(work, await load(contestant, work, origin))

process.on("message", async ({ times, work }: { work: string; times: number }) => {
  const run = runs.get(work)
  if (run === undefined) throw new Error(`${work} was not loaded`)
  globalThis.gc?.()
  const { heapUsed } = process.memoryUsage()
  const before = process.cpuUsage()
  const began = performance.now()
  await run(times)
  const milliseconds = performance.now() - began
  const { system, user } = process.cpuUsage(before)
  // What was allocated, where the young generation is so large that nothing was collected.
  const allocated = process.memoryUsage().heapUsed - heapUsed
  globalThis.gc?.()
  process.send?.({ milliseconds, cpu: user + system, allocated, kept: process.memoryUsage().heapUsed - heapUsed })
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
