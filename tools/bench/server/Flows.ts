// Many flows at a server, and its memory on the way.
import { begin } from "./Loads.ts"
import type { Contestant } from "./Running.ts"

/** Looks at the memory of the process, after a collection, each time that `step` flows are done. All in MiB. */
export async function flows(contestant: Contestant, times: number, step: number) {
  const server = await begin(contestant)
  const results = []
  console.log(`\nmemory of ${contestant.name}: by the number of flows before`)
  for (let done = step; done <= times; done += step) {
    const { rate } = await server.load("flow", 50, step)
    const rss = (await server.use()).memory.rss / 2 ** 20
    const heap = (await server.collected()).memory.heapUsed / 2 ** 20
    results.push({ done, rss, heap })
    console.log(
      `  ${done.toLocaleString("en").padStart(8)} ${rss.toFixed(0).padStart(6)} MiB, heap after a collection ` +
        `${heap.toFixed(0).padStart(5)} MiB, ${Math.round(rate).toLocaleString("en").padStart(6)} flows/s`
    )
  }
  await server.stop()
  return results
}
