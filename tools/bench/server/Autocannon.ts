// autocannon as the load generator, where wrk is not installed: the same jobs as load.lua, in this process.
import { createRequire } from "node:module"

import type { Job } from "./Job.ts"

// It brings no types.
const autocannon: (options: object) => Promise<{ errors: number; mismatches: number }> = createRequire(import.meta.url)(
  "autocannon"
)

/** @returns microseconds from the first request to the last answer */
export const drive = async (job: Job, connections: number): Promise<number> => {
  const codes = [...job.codes]
  const tokens = [...job.tokens]
  let states = 0
  let failure: Error | undefined
  const post = (body: string) => ({
    method: "POST",
    path: job.token,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body
  })
  const get = (path: string, cookie?: string) => ({
    method: "GET",
    path,
    headers: cookie === undefined ? {} : { cookie }
  })
  const authorize = () =>
    get(`${job.authorize}${job.state}${++states}${job.rest}`, job.cookies[states % job.cookies.length])
  const exchange = () => post(`${job.exchangeBefore}${codes.pop()}${job.exchangeAfter}`)
  const make = {
    authorize,
    exchange,
    keys: () => get(job.keys),
    refresh: () => post(`${job.refreshBefore}${tokens.pop()}${job.refreshAfter}`),
    flow: () => (codes.length > 0 ? exchange() : authorize())
  }
  const wrong = (status: number, body: string) => {
    failure ??= new Error(`${job.name}, ${job.kind}: ${status} ${body}`)
  }
  let last = 0
  const answered = (status: number, body: string, _: unknown, headers: Record<string, string>) => {
    last = performance.now()
    if (status === 302 || status === 303) {
      const location = headers["location"] ?? headers["Location"] ?? ""
      const code = /[?&]code=([^&]+)/.exec(location)?.[1]
      if (code === undefined || !location.includes(job.state)) return wrong(status, location)
      if (job.kind === "flow") codes.push(code)
      else if (job.kind !== "authorize") wrong(status, location)
      return
    }
    if (status !== 200 || job.kind === "authorize") return wrong(status, body)
    if (job.kind === "keys") return body.includes('"keys"') ? undefined : wrong(status, body)
    const token = /"refresh_token":"([^"]+)"/.exec(body)?.[1]
    if (token === undefined || (job.idToken && !body.includes('"id_token"'))) return wrong(status, body)
    if (job.kind === "refresh") tokens.push(token)
  }
  const began = performance.now()
  const { errors } = await autocannon({
    url: `http://127.0.0.1:${job.port}`,
    connections,
    pipelining: 1,
    // A flow is two requests.
    amount: job.kind === "flow" ? job.times * 2 : job.times,
    requests: [{ setupRequest: (request: object) => ({ ...request, ...make[job.kind]() }), onResponse: answered }]
  })
  if (failure !== undefined) throw failure
  if (errors > 0) throw new Error(`${job.name}, ${job.kind}: ${errors} errors`)
  // It looks once in a second whether it is done.
  return (last - began) * 1000
}
