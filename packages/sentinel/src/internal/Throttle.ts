/**
 * Counts failures under a key. After `free` of them, each further one doubles the time in which there is no next attempt: from
 * one second up to one minute. A key that is not used for a quarter of an hour is forgotten.
 */
import { GenerationMap } from "./GenerationMap.ts"

const capacity = 20_000
const lifetime = 15 * 60_000
const longestPause = 60_000

export class Throttle {
  readonly #free: number
  readonly #failures = new GenerationMap<{ readonly count: number; readonly until: number }>({ capacity, lifetime })

  constructor(options: { readonly free: number }) {
    this.#free = options.free
  }

  /** How many keys it remembers. */
  get size(): number {
    return this.#failures.size
  }

  /** How many milliseconds there is no attempt; 0 if there may be one. */
  wait(key: string, now: number): number {
    const left = (this.#failures.get(key, now)?.until ?? 0) - now
    // No pause is longer: a clock that was ahead has been set back, see `Control`.
    return left > longestPause ? 0 : Math.max(0, left)
  }

  failed(key: string, now: number): void {
    const count = (this.#failures.get(key, now)?.count ?? 0) + 1
    const pause = count < this.#free ? 0 : Math.min(longestPause, 1000 * 2 ** (count - this.#free))
    this.#failures.set(key, { count, until: now + pause }, now)
  }

  /** Takes back one failure that was none, with the pause that it made. */
  withdraw(key: string, now: number): void {
    const { count = 0 } = this.#failures.get(key, now) ?? {}
    if (count > 0) this.#failures.set(key, { count: count - 1, until: now }, now)
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }
}
