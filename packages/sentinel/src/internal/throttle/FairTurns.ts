/**
 * Shares few workers among many pieces of work that wait.
 *
 * There are two lanes, and one worker that takes the lane "known" first; the others take "new" first. No worker is idle
 * while work waits. In each lane networks take turns, one piece of work at a time for each, so that a network with
 * much to do keeps no other one waiting. A lane that is full gives up the newest of the network with most in it.
 */

export interface Turn {
  readonly lane: "known" | "new"
  /** `undefined`: each piece of work counts as a network of its own. */
  readonly network: string | undefined
}

/** A piece of work: it is started or refused, once. */
export interface Work extends Turn {
  readonly start: () => void
  readonly refuse: () => void
  /** Waits whatever the lane holds already, and is not given up. */
  readonly isPatient?: boolean
}

class Lane {
  /** Networks in the order of their turns. */
  readonly networks = new Map<unknown, Array<Work>>()
  readonly running = new Set<unknown>()
  waiting = 0

  add(work: Work): void {
    const network = work.network ?? work
    const queue = this.networks.get(network)
    if (queue === undefined) this.networks.set(network, [work])
    else queue.push(work)
    if (work.isPatient !== true) this.waiting++
  }

  remove(work: Work): void {
    const network = work.network ?? work
    const queue = this.networks.get(network)
    const index = queue?.indexOf(work) ?? -1
    if (queue === undefined || index === -1) return
    queue.splice(index, 1)
    if (queue.length === 0) this.networks.delete(network)
    if (work.isPatient !== true) this.waiting--
  }

  /** Whose turn it is, of the networks for which nothing is worked on. */
  next(): Work | undefined {
    for (const [network, queue] of this.networks) {
      if (this.running.has(network)) continue
      const work = queue[0]!
      this.remove(work)
      this.running.add(network)
      return work
    }
    return undefined
  }

  /** Its turn is over: what is left of it comes after all others. */
  ended(network: unknown): void {
    this.running.delete(network)
    const queue = this.networks.get(network)
    if (queue === undefined) return
    this.networks.delete(network)
    this.networks.set(network, queue)
  }

  /** The newest of the network with most. */
  newestOfMost(): Work | undefined {
    let most: ReadonlyArray<Work> = []
    for (const queue of this.networks.values()) if (queue.length >= most.length) most = queue
    return most.findLast(({ isPatient }) => isPatient !== true)
  }
}

/** The lanes, their networks, and the work that waits. */
export class FairTurns {
  readonly #workers: number
  readonly #queue: number
  readonly #lanes = { known: new Lane(), new: new Lane() }
  readonly #working = new Map<Work, number>()

  /** `queue` is how many wait in each lane, beside those who are worked for. */
  constructor(options: { readonly workers: number; readonly queue: number }) {
    this.#workers = options.workers
    this.#queue = options.queue
  }

  ask(work: Work): void {
    const lane = this.#lanes[work.lane]
    lane.add(work)
    this.#fill()
    if (lane.waiting <= this.#queue) return
    const given = lane.newestOfMost() ?? work
    lane.remove(given)
    given.refuse()
  }

  /** It has ended, or is not wanted any more. */
  done(work: Work): void {
    const lane = this.#lanes[work.lane]
    if (this.#working.delete(work)) lane.ended(work.network ?? work)
    else lane.remove(work)
    this.#fill()
  }

  #fill(): void {
    for (let worker = 0; worker < this.#workers; worker++) {
      if ([...this.#working.values()].includes(worker)) continue
      const { known, new: other } = this.#lanes
      const work = worker === 0 ? (known.next() ?? other.next()) : (other.next() ?? known.next())
      if (work === undefined) return
      this.#working.set(work, worker)
      work.start()
    }
  }
}
