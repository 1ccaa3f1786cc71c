/** What ends, the earliest first: a binary heap. Its ends are those of the time when something was put in. */
export class EndQueue<A> {
  readonly #heap: Array<{ readonly end: number; readonly value: A }> = []

  get size(): number {
    return this.#heap.length
  }

  /** When the first of all ends. */
  get first(): number {
    return this.#heap[0]?.end ?? Number.POSITIVE_INFINITY
  }

  add(end: number, value: A): void {
    const heap = this.#heap
    const entry = { end, value }
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.end <= end) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  take(): A | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top?.value
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const child = left + 1 < heap.length && heap[left + 1]!.end < heap[left]!.end ? left + 1 : left
      if (heap[child]!.end >= last.end) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top.value
  }
}
