// Contestants, each in a process of its own.
import { type ChildProcess, fork } from "node:child_process"

export interface Took {
  readonly milliseconds: number
  /** Microseconds, all threads together. */
  readonly cpu: number
  /** Bytes, where nothing was collected meanwhile. */
  readonly allocated: number
  /** Bytes that are left after a collection. */
  readonly kept: number
}

/** A token server that looks nothing up, in a process of its own. */
export const tokenServer = async () => {
  const child = fork(new URL("TokenServer.ts", import.meta.url))
  const port = await new Promise<number>((resolve) => child.once("message", (message) => resolve(Number(message))))
  return { origin: `http://127.0.0.1:${port}`, stop: () => child.disconnect() }
}

const turn = async (name: string, works: readonly string[], origin: string, options: string[]) => {
  const child: ChildProcess = fork(new URL("Turn.ts", import.meta.url), [name, origin, ...works], {
    execArgv: ["--expose-gc", "--conditions=@le-auth/source", ...options]
  })
  const next = <A>() =>
    new Promise<A>((resolve, reject) => {
      const ended = () => reject(new Error(`${name} has ended: ${works.join()}`))
      child.once("exit", ended)
      child.once("message", (answer) => {
        child.off("exit", ended)
        resolve(answer as A)
      })
    })
  await next()
  return {
    name,
    /** Does a work this number of times, the first one without a name. */
    run: (times: number, work = works[0]) => {
      child.send({ work, times })
      return next<Took>()
    },
    stop: () => child.disconnect()
  }
}

/**
 * Starts them all, and waits until each is ready.
 * @param options more options for node
 */
export const start = (names: readonly string[], works: readonly string[], origin: string, options: string[] = []) =>
  Promise.all(names.map((name) => turn(name, works, origin, options)))
