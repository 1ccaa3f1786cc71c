// What all files of a run of tests share, as vitest's `globalSetup`: one PostgreSQL and one Redis. Each starts when the
// first file asks for it (tools/service.ts), and ends with the run. A file that cannot have one fails with the reason.
import { once } from "node:events"
import { createServer } from "node:http"
import type { TestProject } from "vitest/node"

import { startPostgres } from "./postgres.ts"
import { startRedis } from "./redis.ts"

/** Everybody who asks gets a database of their own there. */
async function redis() {
  const { stop, url } = await startRedis()
  let databases = 0
  return {
    get url() {
      return `${url}/${databases++}`
    },
    stop
  }
}

const starts: Record<string, () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>> = {
  "/postgres.ts": startPostgres,
  "/redis.ts": redis
}

export default async function setup(project: TestProject) {
  const started = new Map<string, ReturnType<typeof startRedis>>()
  const server = createServer(async ({ url = "" }, answer) => {
    try {
      const service = started.get(url) ?? starts[url]?.()
      if (service === undefined) throw new Error(`There is no service ${url}.`)
      started.set(url, service)
      answer.end((await service).url)
    } catch (error) {
      answer.writeHead(503).end(error instanceof Error ? error.message : String(error))
    }
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The services have no port.")
  project.provide("services", `http://127.0.0.1:${address.port}`)

  return async () => {
    server.close()
    server.closeAllConnections()
    await Promise.allSettled([...started.values()].map(async (service) => (await service).stop()))
  }
}
