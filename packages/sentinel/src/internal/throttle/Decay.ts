/**
 * A counter that loses one every `interval` milliseconds. It is a single number, the time when nothing will be left of
 * it, so that nothing has to count down; 0 is a counter of which nothing is left.
 */
export class Decay {
  readonly interval: number
  readonly #most: number

  /** It counts to `most` and no further, so that the longest memory is bounded. */
  constructor(options: { readonly interval: number; readonly most: number }) {
    this.interval = options.interval
    this.#most = options.most
  }

  count(gone: number, now: number): number {
    return Math.max(0, (gone - now) / this.interval)
  }

  add(gone: number, now: number): number {
    return Math.min(Math.max(gone, now) + this.interval, now + this.#most * this.interval)
  }

  /** How many milliseconds from now on it counts more than `count`. */
  above(gone: number, count: number, now: number): number {
    return Math.max(0, gone - now - count * this.interval)
  }
}
