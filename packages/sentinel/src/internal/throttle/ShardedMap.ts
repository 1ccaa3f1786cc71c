/**
 * A map of bounded size in which no block pushes out the entries of others.
 *
 * Every entry belongs to a block, such as a network of the Internet, whose hash chooses one of 256 tables. Where a
 * table is full, the blocks that have most of it give up a part, what weighs least first. So a stranger with any number
 * of keys pushes out their own entries, and not those of others.
 */

const tables = 256

/** Hashes in place of texts, which may be long. */
export interface Key {
  readonly block: number
  readonly key: number
}

/**
 * 30 bits of a text (cyrb53), which engines keep without an object. That two of the few hundred keys of a table are the
 * same happens once in millions, and then they share a counter.
 */
const hash = (text: string, [first, second]: readonly [number, number]): number => {
  let a = 0xdeadbeef ^ first
  let b = 0x41c6ce57 ^ second
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2_654_435_761)
    b = Math.imul(b ^ unit, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return (a ^ b) >>> 2
}

/**
 * Makes keys. `random` gives numbers from 0 to 1 for the seeds, so that no stranger can choose texts with the same
 * hash.
 */
export const keys = (random: () => number): ((block: string, text: string) => Key) => {
  const seed = () => [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)] as const
  const forBlock = seed()
  const forKey = seed()
  return (block, text) => {
    const hashed = hash(block, forBlock)
    return { block: hashed, key: hash(text, [forKey[0] ^ hashed, forKey[1]]) }
  }
}

interface Entry<V> {
  readonly block: number
  value: V
}

export class ShardedMap<V> {
  readonly #weight: (value: V) => number
  readonly #perTable: number
  readonly #tables: Array<Map<number, Entry<V>>> = []

  /** `weight` says what is given up last. */
  constructor(options: { readonly weight: (value: V) => number; readonly perTable?: number }) {
    this.#weight = options.weight
    this.#perTable = options.perTable ?? 256
    this.clear()
  }

  get size(): number {
    return this.#tables.reduce((sum, { size }) => sum + size, 0)
  }

  get({ block, key }: Key): V | undefined {
    return this.#tables[block % tables]!.get(key)?.value
  }

  set({ block, key }: Key, value: V): void {
    const table = this.#tables[block % tables]!
    const found = table.get(key)
    if (found !== undefined) {
      found.value = value
      return
    }
    if (table.size >= this.#perTable) this.#giveUp(table)
    table.set(key, { block, value })
  }

  delete({ block, key }: Key): void {
    this.#tables[block % tables]!.delete(key)
  }

  clear(): void {
    for (let index = 0; index < tables; index++) this.#tables[index] = new Map()
  }

  /**
   * A quarter at once, since to look for the least of a table takes much longer than to write an entry. First goes what
   * is deepest in its block, so a block with many entries has few before one with few has none.
   */
  #giveUp(table: Map<number, Entry<V>>): void {
    const entries = [...table].map(([key, { block, value }]) => ({ key, block, weight: this.#weight(value), depth: 0 }))
    entries.sort((a, b) => b.weight - a.weight)
    const depths = new Map<number, number>()
    for (const entry of entries) {
      entry.depth = depths.get(entry.block) ?? 0
      depths.set(entry.block, entry.depth + 1)
    }
    entries.sort((a, b) => b.depth - a.depth || a.weight - b.weight)
    for (const { key } of entries.slice(0, Math.ceil(this.#perTable / 4))) table.delete(key)
  }
}
