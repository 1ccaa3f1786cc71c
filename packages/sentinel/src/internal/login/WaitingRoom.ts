/** Where attempts at one user wait while there are more of them than the user gets, and in which order they leave. */

/** The history that counts against a network, with the weightiest part first. */
export interface Standing {
  /** It often came back before the time that it was told. */
  readonly isImpatient: boolean
  /** Failures of its block against this user. */
  readonly ofBlock: number
  /** Its own failures against this user. */
  readonly ofNetwork: number
}

const most = 999

/** One number for a standing, by which many of them are compared. */
const rankOf = ({ isImpatient, ofBlock, ofNetwork }: Standing): number =>
  (isImpatient ? 1_000_000 : 0) + Math.min(ofBlock, most) * 1000 + Math.min(ofNetwork, most)

interface Place<V> {
  readonly network: string
  readonly block: string
  readonly waiting: Array<V>
  standing: Standing
  rank: number
}

/** A room has one place for each network. Attempts of that network queue at its place. */
export class WaitingRoom<V> {
  readonly #places: Array<Place<V>> = []
  readonly #byNetwork = new Map<string, Place<V>>()
  readonly #size: number
  readonly #random: () => number

  /** `random` gives numbers from 0 to 1. */
  constructor(options: { readonly size: number; readonly random: () => number }) {
    this.#size = options.size
    this.#random = options.random
  }

  get isEmpty(): boolean {
    return this.#places.length === 0
  }

  /**
   * Gives the attempts that have to leave because the room is full: those of the network with the worst standing, by
   * lot if there are several.
   */
  add(visit: V, network: string, block: string, standing: Standing): ReadonlyArray<V> {
    const rank = rankOf(standing)
    const found = this.#byNetwork.get(network)
    if (found !== undefined) {
      found.waiting.push(visit)
      found.standing = standing
      found.rank = rank
      return []
    }
    const place = { network, block, waiting: [visit], standing, rank }
    this.#places.push(place)
    this.#byNetwork.set(network, place)
    return this.#places.length <= this.#size ? [] : this.take(this.#furthest(-1)!.network)
  }

  remove(visit: V, network: string): void {
    const waiting = this.#byNetwork.get(network)?.waiting ?? []
    const index = waiting.indexOf(visit)
    if (index !== -1) waiting.splice(index, 1)
    if (waiting.length === 0) this.take(network)
  }

  /** Takes all attempts of a network out of the room. */
  take(network: string): ReadonlyArray<V> {
    const place = this.#byNetwork.get(network)
    if (place === undefined) return []
    this.#byNetwork.delete(network)
    this.#places.splice(this.#places.indexOf(place), 1)
    return place.waiting
  }

  /** The network with the best standing, by lot if there are several. */
  best(): { readonly network: string; readonly standing: Standing; readonly first: V } | undefined {
    const place = this.#furthest(1)
    return place && { network: place.network, standing: place.standing, first: place.waiting[0]! }
  }

  /** Reads the standings of a block again. */
  reconsider(block: string, standingOf: (first: V) => Standing): void {
    for (const place of this.#places) {
      if (place.block !== block) continue
      place.standing = standingOf(place.waiting[0]!)
      place.rank = rankOf(place.standing)
    }
  }

  /** The one with the lowest rank, or the highest if `sign` is -1. */
  #furthest(sign: 1 | -1): Place<V> | undefined {
    let found: Place<V> | undefined
    let equals = 1
    for (const place of this.#places) {
      const further = found === undefined ? 1 : sign * (found.rank - place.rank)
      if (further > 0) {
        found = place
        equals = 1
      } else if (further === 0 && this.#random() * ++equals < 1) {
        found = place
      }
    }
    return found
  }
}
