/**
 * A map that cannot grow without bound: two generations, of which the older one is dropped as a whole.
 *
 * An entry is kept for at least `lifetime` after it was last read or written, unless more than half the capacity is
 * written in that time. Dropping the oldest key of one `Map`, one by one, is slow in V8.
 */
export class GenerationMap<V> {
  readonly #half: number
  readonly #lifetime: number
  #current = new Map<string, V>()
  #previous = new Map<string, V>()
  #since = 0

  /** `lifetime` in milliseconds. */
  constructor(options: { readonly capacity: number; readonly lifetime: number }) {
    this.#half = Math.max(1, Math.floor(options.capacity / 2))
    this.#lifetime = options.lifetime
  }

  get size(): number {
    return this.#current.size + this.#previous.size
  }

  get(key: string, now: number): V | undefined {
    const found = this.#current.get(key)
    if (found !== undefined) return found
    const old = this.#previous.get(key)
    if (old === undefined) return undefined
    this.#previous.delete(key)
    this.set(key, old, now)
    return old
  }

  set(key: string, value: V, now: number): void {
    if (this.#current.size >= this.#half || now - this.#since >= this.#lifetime) {
      this.#previous = this.#current
      this.#current = new Map()
      this.#since = now
    }
    this.#current.set(key, value)
  }

  delete(key: string): void {
    this.#current.delete(key)
    this.#previous.delete(key)
  }

  /** All that is held, each key once. */
  *entries(): Iterable<readonly [string, V]> {
    yield* this.#current
    for (const entry of this.#previous) if (!this.#current.has(entry[0])) yield entry
  }
}
