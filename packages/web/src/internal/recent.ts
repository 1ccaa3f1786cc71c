/** A memory for what happened lately, which holds at most so many entries and forgets the oldest half at once. */
export class Recent<Value> {
  readonly #half: number
  // Two generations, since dropping the oldest key of one Map, one by one, is slow in V8.
  #current = new Map<string, Value>()
  #previous = new Map<string, Value>()

  constructor(capacity: number) {
    this.#half = Math.ceil(capacity / 2)
  }

  get(key: string): Value | undefined {
    return this.#current.has(key) ? this.#current.get(key) : this.#previous.get(key)
  }

  set(key: string, value: Value): void {
    if (this.#current.size >= this.#half && !this.#current.has(key)) {
      this.#previous = this.#current
      this.#current = new Map()
    }
    this.#current.set(key, value)
  }

  delete(key: string): void {
    this.#current.delete(key)
    this.#previous.delete(key)
  }
}
