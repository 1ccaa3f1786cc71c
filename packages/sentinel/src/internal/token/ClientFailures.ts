/** Counts wrong client secrets (RFC 6749 section 2.3.1, RFC 6819 section 4.3.5). */
import type { Origin } from "../http/ClientAddress.ts"
import { Decay } from "../throttle/Decay.ts"
import { keys, ShardedMap } from "../throttle/ShardedMap.ts"

const quarterOfAnHour = 15 * 60_000
const freeOfClient = 10
const freeOfNetwork = 100

/** One more than the bound, so that a client that goes on stays beyond it. */
const decayOf = (free: number) => new Decay({ interval: quarterOfAnHour / free, most: free + 1 })
const ofClient = decayOf(freeOfClient)
const ofNetwork = decayOf(freeOfNetwork)

/** The failures of each application from each network, and of each network for all applications. */
export class ClientFailures {
  readonly #keyOf
  readonly #clients = new ShardedMap<number>({ weight: (gone) => gone })
  readonly #networks = new ShardedMap<number>({ weight: (gone) => gone })
  #latest = 0

  /** `random` gives numbers from 0 to 1. */
  constructor(options: { readonly random: () => number }) {
    this.#keyOf = keys(options.random)
  }

  /** Counts a failure. Gives the milliseconds until there are few enough again, or 0. */
  failed(client: string, { block, network }: Origin, now: number): number {
    // A clock that was ahead has been set back, see `Control`.
    if (now < this.#latest - 60_000) for (const map of [this.#clients, this.#networks]) map.clear()
    this.#latest = now
    const clientKey = this.#keyOf(block, `${network}\n${client}`)
    const networkKey = this.#keyOf(block, network)
    const goneOfClient = ofClient.add(this.#clients.get(clientKey) ?? 0, now)
    const goneOfNetwork = ofNetwork.add(this.#networks.get(networkKey) ?? 0, now)
    this.#clients.set(clientKey, goneOfClient)
    this.#networks.set(networkKey, goneOfNetwork)
    return Math.max(ofClient.above(goneOfClient, freeOfClient, now), ofNetwork.above(goneOfNetwork, freeOfNetwork, now))
  }
}
