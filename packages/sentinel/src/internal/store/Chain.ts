/** What is in a chain: each one knows the next. */
export interface Link<Row> {
  next: Row | undefined
}

/**
 * The rows of one owner, the oldest first. Most owners have one or two, for which an array or a `Map` would take more
 * memory than the rows themselves. A row is in one chain at a time.
 */
export class Chain<Row extends Link<Row>> {
  #first: Row | undefined
  #last: Row | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The oldest. */
  get first(): Row | undefined {
    return this.#first
  }

  add(row: Row): void {
    if (this.#last === undefined) this.#first = row
    else this.#last.next = row
    this.#last = row
    this.#size++
  }

  /** Takes the oldest out. */
  take(): Row | undefined {
    const row = this.#first
    if (row !== undefined) this.#unlink(undefined, row)
    return row
  }

  /** Takes one out, wherever it is. */
  remove(row: Row): void {
    let before: Row | undefined
    for (let at = this.#first; at !== undefined; at = at.next) {
      if (at === row) return this.#unlink(before, at)
      before = at
    }
  }

  #unlink(before: Row | undefined, row: Row): void {
    if (before === undefined) this.#first = row.next
    else before.next = row.next
    if (this.#last === row) this.#last = before
    // What is old and gone must not keep alive what is new.
    row.next = undefined
    this.#size--
  }

  *[Symbol.iterator](): Iterator<Row, undefined> {
    for (let at = this.#first; at !== undefined; at = at.next) yield at
  }
}
