// Hosts with addresses and names of their own on one computer, as containers of a network have them: each is a network
// namespace of Linux with its own /etc/hosts, and a bridge joins them. The computer's own network is not touched, and
// nothing is left: what a namespace has ends with its last process. Needs root, as for containers, and `ip`.
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from "node:child_process"
import { once } from "node:events"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import * as apt from "../apt.ts"

/** A host that programs run on. */
export interface Host {
  readonly address: string
  /** Runs a program there. Its environment is what is given, and nothing else. */
  readonly start: (command: readonly string[], options: SpawnOptions) => ChildProcess
}

/** Addresses that lead nowhere else (RFC 2544: for tests between hosts of one's own). */
const addressOf = (index: number) => `198.18.77.${index + 1}`

function run(command: string, ...args: string[]) {
  const { error, status, stderr } = spawnSync(command, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")}: ${error?.message ?? stderr.trim()}`)
}

const keepsAlive = "echo ready; exec cat"

/** A namespace lives as long as its first process, which waits for the end of its input, and so of this process. */
async function namespace(hostsFile: string | undefined) {
  // A mount must not be seen outside. Where the root is not a mount of its own, as after chroot, there is no such
  // setting, and none is needed.
  const isMount = spawnSync("unshare", ["--mount", "--propagation=slave", "true"]).status === 0
  const unshare = ["--net", "--mount", `--propagation=${isMount ? "slave" : "unchanged"}`]
  const mount = hostsFile === undefined ? "" : `mount --bind "$1" /etc/hosts && `
  const child = spawn("unshare", [...unshare, "sh", "-c", mount + keepsAlive, "sh", hostsFile ?? ""], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const isReady = await Promise.race([
    once(child.stdout, "data").then(() => true),
    once(child, "exit").then(() => false)
  ])
  if (!isReady) throw new Error("A network namespace cannot be made here: that needs root, and a Linux that has them.")
  const enter = ["--target", String(child.pid), "--net", "--mount", "--root", "--wd"]
  const inside = (...command: string[]) => run("nsenter", ...enter, ...command)
  inside("ip", "link", "set", "lo", "up")
  return { enter, inside, pid: String(child.pid), end: () => child.kill() }
}

/** Joins hosts by their names. Each knows `localhost` as itself and the others by name. */
export async function network<Name extends string>(names: readonly Name[]) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-network-"))
  const hostsFile = path.join(folder, "hosts")
  fs.writeFileSync(
    hostsFile,
    ["127.0.0.1 localhost", ...names.map((name, index) => `${addressOf(index)} ${name}`), ""].join("\n")
  )
  const spaces: { end: () => void }[] = []
  const bridge = await namespace(undefined)
  spaces.push(bridge)
  bridge.inside("ip", "link", "add", "bridge", "type", "bridge")
  bridge.inside("ip", "link", "set", "bridge", "up")

  const started = new Set<ChildProcess>()
  const hosts: Partial<Record<Name, Host>> = {}
  for (const [index, name] of names.entries()) {
    const space = await namespace(hostsFile)
    spaces.push(space)
    const port = `port${index}`
    bridge.inside("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space.pid)
    bridge.inside("ip", "link", "set", port, "master", "bridge", "up")
    space.inside("ip", "address", "add", `${addressOf(index)}/24`, "dev", "eth0")
    space.inside("ip", "link", "set", "eth0", "up")
    const start: Host["start"] = (command, options) => {
      const child = spawn("nsenter", [...space.enter, ...command], options)
      started.add(child)
      child.once("exit", () => started.delete(child))
      return child
    }
    hosts[name] = { address: addressOf(index), start }
  }
  return {
    hosts: hosts as Record<Name, Host>,
    end: async () => {
      for (const child of started) child.kill("SIGKILL")
      await Promise.all([...started].map((child) => once(child, "exit")))
      for (const { end } of spaces) end()
      fs.rmSync(folder, { recursive: true })
    }
  }
}

/** Programs that this needs, and Debian's packages with them. By `certutil` browsers learn to trust a certificate. */
const programs = { ip: "iproute2", certutil: "libnss3-tools" }

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isThere = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0
  const missing = Object.entries(programs).flatMap(([program, debian]) => (isThere(program) ? [] : [debian]))
  if (missing.length > 0 && !apt.install("--no-install-recommends", ...missing)) {
    console.error(`Install ${missing.join(" and ")} yourself: \`npm run network\` needs them.`)
    process.exitCode = 1
  }
}
