// A Sentinel that is asked, and that says how long its main thread was held meanwhile.
import { Worker } from "node:worker_threads"
import type { Target } from "./Targets.ts"

export interface Asked {
  readonly main: string
  readonly control: string
  readonly tell: (task: string, text?: string) => Promise<number | undefined>
}

/** The limit of R96, on a machine where a signature of RSA-2048 takes `usualSignature` milliseconds. */
const milliseconds = 20
const usualSignature = 0.25

export const start = async () => {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { execArgv: ["--conditions=@le-auth/source"] })
  const waiting = new Map<number, (answer: number | undefined) => void>()
  let count = 0
  const ready = await new Promise<{ main: string; control: string; signature: number }>((resolve, reject) => {
    worker.on("error", reject)
    worker.on("message", (message) => {
      if (message.ready !== undefined) resolve(message.ready)
      else {
        waiting.get(message.id)?.(message.answer)
        waiting.delete(message.id)
      }
    })
  })
  const tell: Asked["tell"] = (task, text) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve)
      // A thread is not a window, and has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage({ id: count, task, text })
    })
  const asked: Asked = { main: ready.main, control: ready.control, tell }

  /** How long the thread is held at most while it works on a text. */
  const once = async (target: Target, text: string) => {
    const ask = await target.prepare(asked, text)
    await tell("begin")
    await ask()
    return (await tell("end")) ?? Number.NaN
  }
  /** The best of several times: what else the machine does only adds to it. */
  const held = async (target: Target, text: string, times = 5) => {
    let best = Infinity
    for (let time = 0; time < times; time++) best = Math.min(best, await once(target, text))
    return best
  }
  return {
    held,
    signature: ready.signature,
    limit: (milliseconds * ready.signature) / usualSignature,
    end: () => worker.terminate()
  }
}
