// A contestant in a process of its own: does its work as often as it is told, and says what that took.
import { load } from "./Works.ts"

const [contestant = "", work = "", origin = ""] = process.argv.slice(2)
const run = await load(contestant, work, origin)

process.on("message", async (question: number | "collect") => {
  globalThis.gc?.()
  if (question === "collect") return process.send?.({ heap: process.memoryUsage().heapUsed })
  const before = process.cpuUsage()
  const began = performance.now()
  await run(question)
  const milliseconds = performance.now() - began
  const { system, user } = process.cpuUsage(before)
  process.send?.({ milliseconds, cpu: user + system })
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
