// A real Redis for the tests: a server of our own on a free port, without a file. `node tools/redis.ts` installs it
// where there is none. A test that cannot have one fails with the reason; none is skipped.
import { spawn, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"
import { end, inTime, onFreePort } from "./server.ts"

const program = "redis-server"
const isThere = () => spawnSync(program, ["--version"]).status === 0

function install() {
  if (apt.install(program)) return
  console.error("Redis could not be installed. Install redis-server yourself: the tests need it.")
  process.exitCode = 1
}

async function startAt(port: number, more: ReadonlyArray<string>) {
  const kept = ["--save", "", "--appendonly", "no"]
  const server = spawn(program, ["--port", `${port}`, "--bind", "127.0.0.1", "--databases", "1024", ...kept, ...more])
  const kill = () => void server.kill("SIGKILL")
  process.on("exit", kill)
  const stop = async () => {
    process.off("exit", kill)
    await end(server)
  }
  let output = ""
  const started = new Promise((resolve, reject) => {
    const heard = (chunk: unknown) => {
      output += String(chunk)
      if (output.includes("Ready to accept connections")) resolve(undefined)
    }
    server.stdout.on("data", heard)
    server.stderr.on("data", heard)
    server.on("error", reject)
    server.on("close", () => reject(new Error(`Redis did not start.\n${output}`)))
  })
  try {
    await inTime("Redis", started, () => output)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `redis://127.0.0.1:${port}`, stop }
}

/**
 * Starts a server: its URL, and how to stop it.
 * @param more further words of its command line
 */
export async function startRedis(...more: string[]) {
  if (!isThere()) throw new Error("These tests need Redis. npm test installs it; or install redis-server yourself.")
  return onFreePort((port) => startAt(port, more))
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere()) install()
