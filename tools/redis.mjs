// A real Redis for the tests: a server of our own on a free port, without a file. `node tools/redis.mjs` installs it where
// there is none. A test that cannot have one fails with the reason; none is skipped.
import { spawn, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.mjs"
import { freePort } from "./free-port.mjs"

const program = "redis-server"
const isThere = () => spawnSync(program, ["--version"]).status === 0

function install() {
  if (apt.install(program)) return
  console.error("Redis could not be installed. Install redis-server yourself: the tests need it.")
  process.exitCode = 1
}

/** Starts a server: its URL, and how to stop it. */
export async function startRedis() {
  if (!isThere()) throw new Error("These tests need Redis. npm test installs it; or install redis-server yourself.")
  const port = await freePort()
  const server = spawn(program, ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
  /** @type {() => void} */
  const end = () => server.kill("SIGKILL")
  process.on("exit", end)
  const ended = new Promise((resolve) => server.on("close", resolve))
  let output = ""
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (chunk) => {
      output += String(chunk)
      if (output.includes("Ready to accept connections")) resolve(undefined)
    })
    server.on("error", reject)
    server.on("close", () => reject(new Error(`Redis did not start.\n${output}`)))
  })
  const stop = async () => {
    process.off("exit", end)
    server.kill("SIGTERM")
    await ended
  }
  return { url: `redis://127.0.0.1:${port}`, stop }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere()) install()
