#!/usr/bin/env node
// Starts the command: the bundle when published, the sources in a checkout of the repository (which has src).
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { enableCompileCache } from "node:module"
import os from "node:os"
import { fileURLToPath } from "node:url"

const here = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url))
const source = here("../src/main.ts")
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const isCurrent = major > 22 || (major === 22 && minor >= 19)

if (existsSync(source)) {
  const node = isCurrent ? process.execPath : here("../../../node_modules/.bin/node")
  const child = spawn(node, ["--conditions=@le-auth/source", source, ...process.argv.slice(2)], { stdio: "inherit" })
  // A terminal's Ctrl-C reaches the child by itself; what only we receive is passed on.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal))
  }
  child.on("error", (error) => {
    console.error(`le-auth: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else process.exitCode = 128 + os.constants.signals[signal]
  })
} else if (isCurrent) {
  // Compiled once, and kept in the folder for temporary files: the next start takes less time.
  enableCompileCache?.()
  await import(new URL("../dist/main.js", import.meta.url).href)
} else {
  console.error(`le-auth needs Node 22.19 or newer; this is ${process.version}.`)
  process.exitCode = 1
}
