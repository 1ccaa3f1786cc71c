// A Sentinel that is asked, and that says how long its main thread was held meanwhile.
import { Worker } from "node:worker_threads"

/**
 * @typedef {object} Asked
 * @property {string} main
 * @property {string} control
 * @property {(task: string, text?: string) => Promise<number | undefined>} tell
 */

/** The limit of R96, on a machine where a signature of RSA-2048 takes so many milliseconds. */
const milliseconds = 20
const usualSignature = 0.25

export const start = async () => {
  const worker = new Worker(new URL("worker.mjs", import.meta.url), { execArgv: ["--conditions=@le-auth/source"] })
  /** @type {Map<number, (answer: number | undefined) => void>} */
  const waiting = new Map()
  let count = 0
  const ready = await new Promise((resolve, reject) => {
    worker.on("error", reject)
    worker.on("message", (message) => {
      if (message.ready !== undefined) resolve(message.ready)
      else {
        waiting.get(message.id)?.(message.answer)
        waiting.delete(message.id)
      }
    })
  })
  /** @type {Asked["tell"]} */
  const tell = (task, text) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve)
      // A thread is no window, and has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage({ id: count, task, text })
    })
  /** @type {Asked} */
  const asked = { main: ready.main, control: ready.control, tell }

  /**
   * How long the thread is held at most while it works on a text.
   * @param {import("./Targets.ts").Target} target @param {string} text
   */
  const once = async (target, text) => {
    const ask = await target.prepare(asked, text)
    await tell("begin")
    await ask()
    return (await tell("end")) ?? Number.NaN
  }
  /** The best of several times: what else the machine does only adds to it. @param {import("./Targets.ts").Target} target @param {string} text */
  const held = async (target, text, times = 5) => {
    let best = Infinity
    for (let time = 0; time < times; time++) best = Math.min(best, await once(target, text))
    return best
  }
  return {
    held,
    signature: /** @type {number} */ (ready.signature),
    limit: (milliseconds * /** @type {number} */ (ready.signature)) / usualSignature,
    end: () => worker.terminate()
  }
}
