// What every server that tests start has in common: its start has a time limit and says why it failed, and its end is
// sure.
import { freePort } from "./free-port.ts"
import type { ChildProcess } from "node:child_process"

/** In milliseconds. A loaded machine takes long for a start, but no start takes this long. */
const patience = 90_000
/** In milliseconds, until a server that does not end is ended. */
const usualGrace = 5000

/** The result of a start. What takes too long fails with what the server said. */
export async function inTime<A>(name: string, start: Promise<A>, output: () => string, limit: number = patience) {
  let timer: NodeJS.Timeout | undefined
  const late: Promise<never> = new Promise((_, reject) => {
    const fail = () => reject(new Error(`${name} was not ready within ${limit / 1000} seconds.\n${output()}`))
    timer = setTimeout(fail, limit)
  })
  try {
    return await Promise.race([start, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Starts a server on a free port. A port cannot be kept free for it: when another program was faster, it is another
 * port.
 */
export async function onFreePort<A>(start: (port: number) => Promise<A>) {
  for (let attempts = 1; ; attempts++) {
    try {
      return await start(await freePort())
    } catch (error) {
      if (attempts === 5 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

/** Ends a process: with SIGINT, which ends what waits for nothing, and by force when that did not help. */
export async function end(child: ChildProcess, grace = usualGrace) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill("SIGINT")
  const force = setTimeout(() => child.kill("SIGKILL"), grace)
  await ended
  clearTimeout(force)
}
