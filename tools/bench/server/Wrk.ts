// wrk as the load generator: load.lua does a job, and says how long it took.
import { execFile, spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import type { Job } from "./Job.ts"

const script = fileURLToPath(new URL("load.lua", import.meta.url))
const folder = fileURLToPath(new URL("../../build/bench-server/", import.meta.url))

/** Its version, or nothing where it is not installed. */
export const version = () =>
  /wrk \S*?(\d+\.\d+\.\d+)/.exec(spawnSync("wrk", ["-v"], { encoding: "utf8" }).stdout ?? "")?.[1]

const lua = (value: unknown): string =>
  Array.isArray(value)
    ? `{${value.map(lua).join(",")}}`
    : typeof value === "object" && value !== null
      ? `{${Object.entries(value)
          .map(([name, each]) => `${name}=${lua(each)}`)
          .join(",")}}`
      : JSON.stringify(value)

/** @returns microseconds from the first request to the last answer */
export const drive = async (job: Job, connections: number): Promise<number> => {
  mkdirSync(folder, { recursive: true })
  // Two servers may be under load at once.
  const file = `${folder}job-${job.port}.lua`
  writeFileSync(file, `return ${lua(job)}`)
  const address = `http://127.0.0.1:${job.port}`
  const said = await new Promise<string>((resolve) =>
    execFile("wrk", ["-t1", `-c${connections}`, "-d300s", "-s", script, address, "--", file], (_, out, error) =>
      resolve(out + error)
    )
  )
  rmSync(file)
  const done = /^done \d+ (\d+)$/m.exec(said)?.[1]
  if (done === undefined) throw new Error(`${job.name}, ${job.kind}: ${said}`)
  return Number(done)
}
