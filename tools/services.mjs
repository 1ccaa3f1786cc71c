/// <reference path="./services.d.mts" />
// One PostgreSQL and one Redis for all files of a run of tests, as vitest's `globalSetup`. Each starts when the first file asks
// for it, and ends with the run. A file that cannot have one fails with the reason. packages/node/test/Services.ts asks.
import { once } from "node:events"
import { createServer } from "node:http"

import { startPostgres } from "./postgres.mjs"
import { startRedis } from "./redis.mjs"

/** @type {Record<string, () => Promise<{ readonly url: string, readonly stop: () => Promise<void> }>>} */
const starts = { "/postgres": startPostgres, "/redis": startRedis }

/** What files of tests are given: the address at which they ask. */
export const provided = "services"

/** @param {import("vitest/node").TestProject} project */
export default async function setup(project) {
  /** @type {Map<string, ReturnType<typeof startRedis>>} */
  const started = new Map()
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
  project.provide(provided, `http://127.0.0.1:${address.port}`)

  return async () => {
    server.close()
    server.closeAllConnections()
    await Promise.allSettled([...started.values()].map(async (service) => (await service).stop()))
  }
}
