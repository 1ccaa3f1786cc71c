// The programs of the examples: npm's commands, to their end or until they are stopped.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Neither our settings nor our programs: an example has to list what it needs. */
const environment = () => {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(LE_AUTH_|SENTINEL_|NODE_OPTIONS$|NODE_ENV$)/.test(name)
  )
  const others = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => !folder.startsWith(root))
  return {
    ...Object.fromEntries(own),
    PATH: [path.dirname(process.execPath), ...others].join(path.delimiter),
    NEXT_TELEMETRY_DISABLED: "1",
    NUXT_TELEMETRY_DISABLED: "1"
  }
}

function begin(folder: string, [program = "", ...args]: ReadonlyArray<string>, env: Record<string, string>) {
  // A group of its own, since npm and Next start processes of theirs.
  const child = spawn(program, args, { cwd: folder, env: { ...environment(), ...env }, detached: true })
  let hasEnded = false
  const kill = (signal: NodeJS.Signals) => {
    // Its number may be that of another one by now.
    if (hasEnded) return
    try {
      process.kill(-Number(child.pid), signal)
    } catch {
      // All of them have ended.
    }
  }
  const atOurEnd = () => kill("SIGKILL")
  process.on("exit", atOurEnd)
  let said = ""
  let complaints = ""
  child.stdout.setEncoding("utf8").on("data", (chunk) => void (said += chunk))
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    said += chunk
    complaints += chunk
  })
  const ended: Promise<number | null> = new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => {
      hasEnded = true
      process.off("exit", atOurEnd)
      resolve(code)
    })
  })
  return { ended, kill, output: () => said, complaints: () => complaints }
}

/** Runs a command to its end. */
export async function attempt(folder: string, command: ReadonlyArray<string>, env: Record<string, string> = {}) {
  const program = begin(folder, command, env)
  return { code: await program.ended, output: program.output() }
}

/** Runs a command to its end, which has to be a good one. */
export async function run(folder: string, command: ReadonlyArray<string>, env: Record<string, string> = {}) {
  const { code, output } = await attempt(folder, command, env)
  assert.equal(code, 0, `${command.join(" ")}:\n${output}`)
}

/** A server that answers. */
export interface Started {
  readonly stop: () => Promise<void>
  /** All that it has said. */
  readonly output: () => string
  /** What of it was on the standard error. */
  readonly complaints: () => string
}

/** Starts a server, and waits until it answers as it should. */
export async function start(
  folder: string,
  command: ReadonlyArray<string>,
  env: Record<string, string>,
  isReady: () => Promise<boolean>
): Promise<Started> {
  const program = begin(folder, command, env)
  const stop = async () => {
    program.kill("SIGTERM")
    const force = setTimeout(() => program.kill("SIGKILL"), 5000)
    await program.ended
    clearTimeout(force)
  }
  let hasEnded = false
  const end = () => void (hasEnded = true)
  program.ended.then(end, end)
  try {
    await until(`${command.join(" ")} answers`, async () => hasEnded || isReady().catch(() => false))
    assert.ok(!hasEnded, "It has ended.")
  } catch (error) {
    await stop()
    throw new Error(`It did not start, and said:\n${program.output()}`, { cause: error })
  }
  return { stop, output: program.output, complaints: program.complaints }
}

/** In milliseconds. It ends what hangs. */
const patience = 180_000

/** Asks until something is so. `instead` tells what is so in place of it. */
export async function until(what: string, isSo: () => Promise<boolean>, instead = () => "") {
  const end = Date.now() + patience
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `It never came that ${what}. ${instead()}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
