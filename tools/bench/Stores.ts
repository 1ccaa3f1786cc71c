// The stores: `npm run bench -- stores [table [engine]]`. Ends with 1 if a budget is missed.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { startPostgres } from "../postgres.ts"
import { startRedis } from "../redis.ts"

import { table } from "./Options.ts"
import { cleanUp } from "./stores/CleanUp.ts"
import { growth } from "./stores/Growth.ts"
import { nodes } from "./stores/Nodes.ts"
import { speed } from "./stores/Speed.ts"

const tables = { speed, growth, cleanup: cleanUp, nodes }
const folder = mkdtempSync(path.join(tmpdir(), "le-auth-bench-"))
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
let holds = true
const verdict = (isKept: boolean, text: string) => {
  holds = isKept && holds
  console.log(`  ${isKept ? "holds" : "MISSED"}: ${text}`)
}
try {
  for (const [name, run] of Object.entries(tables)) {
    if (name.includes(table)) await run({ postgres: postgres.url, redis: redis.url, folder, verdict })
  }
} finally {
  await Promise.all([postgres.stop(), redis.stop()])
  rmSync(folder, { recursive: true, force: true })
}
if (!holds) process.exitCode = 1
