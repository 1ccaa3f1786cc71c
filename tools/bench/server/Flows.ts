// Many flows at our server, and its memory on the way.
import { Connection, load } from "./Connection.ts"
import { leAuth } from "./LeAuth.ts"
import { operations } from "./Operations.ts"
import { sessions } from "./Parameters.ts"
import { start } from "./Running.ts"

/** Looks at the memory of the process, after a collection, each time that `step` flows are done. All in MiB. */
export async function flows(times: number, step: number) {
  const server = await start(leAuth)
  const cookies = []
  for (let session = 0; session < sessions; session++) cookies.push(await leAuth.signIn(server.origin))
  const connections = Array.from({ length: 50 }, () => new Connection(server.port))
  const { flow } = operations(leAuth, cookies)
  const once = await (flow as any)(connections, times)
  const results = []
  console.log("\nmemory: by the number of flows before")
  for (let done = step; done <= times; done += step) {
    const took = await load(connections, step, once)
    const rss = (await server.use()).memory.rss / 2 ** 20
    const heap = (await server.collected()).memory.heapUsed / 2 ** 20
    results.push({ done, rss, heap })
    console.log(
      `  ${done.toLocaleString("en").padStart(8)} ${rss.toFixed(0).padStart(6)} MiB, heap after a collection ` +
        `${heap.toFixed(0).padStart(5)} MiB, ${Math.round((step * 1000) / took)
          .toLocaleString("en")
          .padStart(6)} flows/s`
    )
  }
  for (const connection of connections) connection.close()
  await server.stop()
  return results
}
