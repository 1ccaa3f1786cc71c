// `npm run examples` copies this folder beside the tests of an example of examples/testing. Two files of tests that run
// at once, `left` and `right`, meet here: each changes its own Sentinel, and writes down what it then finds there. In
// the end both fail on purpose, so that one can see what a failed run leaves behind.
import { existsSync, renameSync, writeFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

export type Side = "left" | "right"

/** What is needed of a Sentinel. */
export interface Told {
  readonly url: string
  readonly control: { readonly url?: string | undefined }
  readonly clock: {
    readonly advance: (change: { readonly by: string }) => Promise<unknown>
    readonly state: () => Promise<{ readonly ahead: unknown }>
  }
  readonly faults: {
    readonly add: (fault: {
      readonly id: string
      readonly action: { readonly type: "server-error" }
    }) => Promise<unknown>
    readonly list: () => Promise<ReadonlyArray<{ readonly id?: string | undefined }>>
  }
  readonly reset: () => Promise<void>
}

/** In milliseconds: how long one waits for the other. It ends what hangs. */
export const patience = 60_000

export async function meet(side: Side, sentinel: Told): Promise<void> {
  const other = side === "left" ? "right" : "left"
  /** What is there is complete. */
  const write = (name: string, found: object) => {
    writeFileSync(`${side}.part`, JSON.stringify(found))
    renameSync(`${side}.part`, `${side}.${name}`)
  }
  const reach = async (step: string, found: object) => {
    write(step, found)
    const end = Date.now() + patience
    while (!existsSync(`${other}.${step}`)) {
      if (Date.now() > end) throw new Error(`${other} does not run at the same time: ${step}`)
      await setTimeout(20)
    }
  }
  await reach("begun", { pid: process.pid, addresses: [sentinel.url, sentinel.control.url] })
  await sentinel.clock.advance({ by: side === "left" ? "1h" : "2h" })
  await sentinel.faults.add({ id: `of-${side}`, action: { type: "server-error" } })
  await reach("changed", {})
  if (side === "left") await sentinel.reset()
  await reach("reset", {})
  const { ahead } = await sentinel.clock.state()
  write("found", { ahead, faults: (await sentinel.faults.list()).map(({ id }) => id) })
  throw new Error(`${side} fails on purpose`)
}
