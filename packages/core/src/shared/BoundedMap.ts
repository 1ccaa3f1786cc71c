/**
 * A map that cannot grow without bound: two generations, of which the older one is dropped as a whole.
 *
 * It keeps at least the half of `capacity` that was last read or written, and with `lifetime` no entry that was not
 * used for twice as long. Dropping the oldest key of one `Map`, one by one, is slow in V8.
 */
export class BoundedMap<V> {
  readonly #half: number
  readonly #lifetime: number
  #current = new Map<string, V>()
  #previous = new Map<string, V>()
  #since = 0

  /**
   * At most `capacity` entries. An entry is kept for at least `lifetime` milliseconds after its last use, unless half
   * the capacity is written in that time; by default there is no limit of time, and no method needs to know what time
   * it is.
   */
  constructor(options: { readonly capacity: number; readonly lifetime?: number | undefined }) {
    this.#half = Math.max(1, Math.floor(options.capacity / 2))
    this.#lifetime = options.lifetime ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.#current.size + this.#previous.size
  }

  get(key: string, now = 0): V | undefined {
    const found = this.#current.get(key)
    if (found !== undefined) return found
    const old = this.#previous.get(key)
    if (old === undefined) return undefined
    this.#previous.delete(key)
    this.set(key, old, now)
    return old
  }

  set(key: string, value: V, now = 0): void {
    const isFull = this.#current.size >= this.#half && !this.#current.has(key)
    if (isFull || now - this.#since >= this.#lifetime) {
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
}
