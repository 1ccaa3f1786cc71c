/**
 * Bounds the part of the heap for new objects, which V8 lets grow to 64 MiB under load: a third of what Sentinel takes
 * after 50,000 sign-ins, for objects that live as long as a request. Node has an option for it,
 * `--max-semi-space-size`, which a program cannot give itself; the factor by which that part grows can be changed.
 */
import * as Effect from "effect/Effect"
import { PerformanceObserver } from "node:perf_hooks"
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8"

/** Both halves, in bytes. */
const limit = 16 * 2 ** 20

/** V8's own, by which compiled code that is kept was marked: with another one it would be compiled anew. */
const usual = 2

/** What V8 has now: one for the process, so that a Sentinel that ends is noticed by those that go on. */
let factor = usual
const grow = (by: number) => {
  if (by === factor) return
  factor = by
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
}

const decide = () => {
  const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!
  grow(space_size < limit ? usual : 1)
}

/** Someone who has given Node an option for this part has decided already. */
const isChosen = () => /semi[-_]space/.test([...process.execArgv, process.env["NODE_OPTIONS"]].join(" "))

/** It is decided after each collection, so that the part grows again where V8 has made it smaller in a quiet time. */
export const bounded = Effect.acquireRelease(
  Effect.sync(() => {
    if (isChosen()) return () => {}
    const observer = new PerformanceObserver(decide)
    observer.observe({ entryTypes: ["gc"] })
    return () => {
      observer.disconnect()
      grow(usual)
    }
  }),
  (end) => Effect.sync(end)
)
