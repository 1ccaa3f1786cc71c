/**
 * Slows down the guessing of passwords, and lets right ones through all the same (OWASP, Authentication Cheat Sheet,
 * and Slow Down Online Guessing Attacks with Device Cookies). `docs/security.md` has the rules in words, and their
 * effect under attack.
 *
 * It is a machine without clock and fibers: its caller gives the time, so that the simulation `tools/enemy` runs the
 * same machine as `Admission`.
 */
import type { Origin } from "../http/ClientAddress.ts"
import { Decay } from "../throttle/Decay.ts"
import { type Key, keys, ShardedMap } from "../throttle/ShardedMap.ts"
import { type Standing, WaitingRoom } from "./WaitingRoom.ts"

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Milliseconds that an attempt waits before it is refused. */
const longestWait = 8 * second
/** Failures without a pause: the typing errors of one person. */
const freeFailures = 5
const longestPause = { known: minute, new: hour } as const
/** The most attempts that wait until others of the same user and network have been checked. */
const queue = 64
/** Attempts at one user from unknown networks: at most this many at once, and one more each half minute. */
const bucketSize = 20
const bucketInterval = 30 * second
/** At most this many of them are kept for networks whose block has failed less. */
const longestReserve = 15
/**
 * A network that comes back too early more often than this stands behind all others, and counts as this many failures.
 */
const forgivenEarly = 3
const impatience = 10
const roomSize = 256
/** A person sends a page that has counted down some seconds later. */
const headStart = 6 * second
const knownFor = 30 * day

/** Failures of a user from one device or network. At `most` the pause is the longest. */
const failures = new Decay({ interval: hour, most: 17 })
/** Failures of a user from a whole block. */
const blockFailures = new Decay({ interval: 6 * hour, most: 999 })
/** Failures from one network, for any user: the typing errors of a contact centre, 100 in a quarter of an hour. */
const freeOfNetwork = 100
const networkFailures = new Decay({ interval: (15 * minute) / freeOfNetwork, most: freeOfNetwork })
const earlyReturns = new Decay({ interval: 15 * minute, most: 2 * forgivenEarly })

/** An attempt to sign in: the user, and where it comes from. */
export interface Attempt {
  readonly accountId: string
  /** The name that was typed, of an existing user or not. */
  readonly email: string
  readonly origin: Origin
  /** The device cookie of the browser, if this user has signed in with it before. */
  readonly device: string | undefined
}

/**
 * `known`: from a browser with which this user has signed in before, or from a network from which a user of the account
 * has.
 */
export type Lane = "known" | "new"

/**
 * The next step of an attempt: its password may be checked, it waits for `millis` or until it is woken, or it is
 * refused and may come back after `millis`.
 */
export type Step =
  | { readonly _tag: "Begin"; readonly lane: Lane }
  | { readonly _tag: "Wait"; readonly millis: number }
  | { readonly _tag: "Refused"; readonly millis: number }

/** The outcome of an attempt. `unchecked` tells nothing about its password. */
export type Outcome = "right" | "wrong" | "unchecked"

interface Counter {
  /** See `Decay`. */
  readonly failures: number
  readonly failedAt: number
  readonly early: number
  /** The time at which a refused sender was told to come back. */
  readonly comeBackAt: number
}

const unused: Counter = { failures: 0, failedAt: 0, early: 0, comeBackAt: 0 }

/** Fractions of a failure are rounded: the fifth one is the fifth if others were minutes ago. */
const failuresOf = (counter: Counter, now: number): number => Math.round(failures.count(counter.failures, now))

/** The attempts of one user from one device or network that are under way. */
interface Gate {
  /** The number that have begun, or wait in the room. */
  begun: number
  readonly queue: Array<Visit>
}

interface Room {
  readonly places: WaitingRoom<Visit>
  /** Before this time, no attempt in it can begin. */
  drawAt: number
}

/** An attempt under way. */
export interface Visit {
  /** Called when there may be another step. */
  wake: () => void
  /** @internal */
  readonly attempt: Attempt
  /** @internal */
  readonly user: string
  /** @internal The counter of failures: of the device if it is known, else of the network. */
  readonly counter: Key
  /** @internal */
  readonly ofNetwork: Key
  /** @internal */
  readonly ofBlock: Key
  /** @internal */
  readonly network: Key
  /** @internal */
  readonly knownNetwork: Key
  /** @internal */
  readonly bucket: Key
  /** @internal */
  readonly gate: string
  /** @internal */
  readonly deadline: number
  /** @internal */
  state: "atGate" | "inRoom" | "begun" | "givenUp" | "gone"
  /** @internal It has taken one out of the bucket. */
  hasTaken: boolean
}

const wait = (millis: number): Step => ({ _tag: "Wait", millis })

export class LoginThrottle {
  readonly #random: () => number
  readonly #keyOf: (block: string, text: string) => Key
  readonly #counters = new ShardedMap<Counter>({ weight: ({ early, failures }) => Math.max(early, failures) })
  readonly #blocks = new ShardedMap<number>({ weight: (gone) => gone })
  readonly #networks = new ShardedMap<number>({ weight: (gone) => gone })
  readonly #buckets = new ShardedMap<number>({ weight: (full) => full })
  readonly #known = new ShardedMap<number>({ weight: (at) => at })
  readonly #gates = new Map<string, Gate>()
  readonly #rooms = new Map<string, Room>()
  #latest = 0

  /** `random` gives numbers from 0 to 1. */
  constructor(options: { readonly random: () => number }) {
    this.#random = options.random
    this.#keyOf = keys(options.random)
  }

  /** The number of entries that it remembers. */
  get size(): number {
    return [this.#counters, this.#blocks, this.#networks, this.#buckets, this.#known].reduce(
      (sum, { size }) => sum + size,
      this.#gates.size + this.#rooms.size
    )
  }

  /** Every attempt that enters also leaves, whatever its outcome. */
  enter(attempt: Attempt, now: number): Visit {
    this.#noticeTime(now)
    const { accountId, device, origin } = attempt
    const user = `${accountId}\n${attempt.email.toLowerCase().slice(0, 254)}`
    const ofNetwork = this.#keyOf(origin.block, `${origin.network}\n${user}`)
    const visit: Visit = {
      wake: () => {},
      attempt,
      user,
      // Only a user who has signed in gets a device, so devices of a user push out devices of the same user only.
      counter: device === undefined ? ofNetwork : this.#keyOf(user, `${device}\n${user}`),
      ofNetwork,
      ofBlock: this.#keyOf(origin.block, user),
      network: this.#keyOf(origin.block, origin.network),
      knownNetwork: this.#keyOf(origin.block, `${origin.network}\n${accountId}`),
      bucket: this.#keyOf(user, user),
      gate: `${device === undefined ? `network ${origin.network}` : `device ${device}`}\n${user}`,
      deadline: now + longestWait,
      state: "atGate",
      hasTaken: false
    }
    if (device === undefined) this.#noticeEarly(visit, now)
    const gate = this.#gates.get(visit.gate)
    if (gate === undefined) this.#gates.set(visit.gate, { begun: 0, queue: [visit] })
    else gate.queue.push(visit)
    return visit
  }

  step(visit: Visit, now: number): Step {
    switch (visit.state) {
      case "atGate":
        return this.#atGate(visit, now)
      case "inRoom":
        return this.#inRoom(visit, now)
      case "begun":
        return { _tag: "Begin", lane: this.#laneOf(visit, now) }
      case "givenUp":
      case "gone":
        return this.#refuse(visit, this.#untilTurn(visit, now) - headStart, now)
    }
  }

  leave(visit: Visit, outcome: Outcome, now: number): void {
    if (visit.state === "gone") return
    const gate = this.#gates.get(visit.gate)!
    if (visit.state === "atGate") gate.queue.splice(gate.queue.indexOf(visit), 1)
    else gate.begun--
    if (visit.state === "inRoom") this.#leaveRoom(visit)
    visit.state = "gone"
    if (outcome === "wrong") this.#failed(visit, now)
    if (outcome === "right") this.#succeeded(visit, now)
    if (outcome !== "wrong" && visit.hasTaken) this.#giveBack(visit, now)
    if (gate.begun === 0 && gate.queue.length === 0) this.#gates.delete(visit.gate)
    else gate.queue[0]?.wake()
  }

  /**
   * A clock that was ahead has been set back, see `Control`: entries with its dates would be remembered for too long.
   */
  #noticeTime(now: number): void {
    if (now < this.#latest - minute) {
      for (const map of [this.#counters, this.#blocks, this.#networks, this.#buckets, this.#known]) map.clear()
      this.#latest = 0
    }
    this.#latest = Math.max(this.#latest, now)
  }

  #noticeEarly({ ofNetwork }: Visit, now: number): void {
    const counter = this.#counters.get(ofNetwork)
    // The last second is not counted: clocks and pages are not that exact.
    if (counter === undefined || now >= counter.comeBackAt - second) return
    this.#counters.set(ofNetwork, { ...counter, early: earlyReturns.add(counter.early, now) })
  }

  #laneOf({ attempt, knownNetwork }: Visit, now: number): Lane {
    const isKnown = attempt.device !== undefined || now - (this.#known.get(knownNetwork) ?? -Infinity) < knownFor
    return isKnown ? "known" : "new"
  }

  /** The milliseconds in which no attempt of this kind is checked. */
  #pauseOf(visit: Visit, lane: Lane, now: number): number {
    const counter = this.#counters.get(visit.counter) ?? unused
    const count = failuresOf(counter, counter.failedAt)
    const pause = count < freeFailures ? 0 : Math.min(longestPause[lane], second * 2 ** (count - freeFailures))
    const own = pause === 0 ? 0 : counter.failedAt + pause - now
    // All requests without an address would pay for one of them.
    const isExempt = lane === "known" || visit.attempt.origin.network === ""
    const ofNetwork = isExempt
      ? 0
      : networkFailures.above(this.#networks.get(visit.network) ?? 0, freeOfNetwork - 1, now)
    return Math.max(0, own, ofNetwork)
  }

  #atGate(visit: Visit, now: number): Step {
    const gate = this.#gates.get(visit.gate)!
    const lane = this.#laneOf(visit, now)
    if (gate.queue.length > queue && gate.queue.at(-1) === visit) return this.#refuse(visit, headStart, now)
    if (gate.queue[0] !== visit) return wait(Infinity)
    const pause = this.#pauseOf(visit, lane, now)
    if (pause > 0) return now + pause > visit.deadline ? this.#refuse(visit, pause, now) : wait(pause)
    const count = failuresOf(this.#counters.get(visit.counter) ?? unused, now)
    if (gate.begun > 0 && count + gate.begun >= freeFailures) return wait(Infinity)
    gate.queue.shift()
    gate.begun++
    visit.state = lane === "known" ? "begun" : "inRoom"
    if (visit.state === "inRoom") this.#enterRoom(visit, now)
    gate.queue[0]?.wake()
    return this.step(visit, now)
  }

  #enterRoom(visit: Visit, now: number): void {
    const standing = this.#standingOf(visit, now)
    let room = this.#rooms.get(visit.user)
    if (room === undefined) {
      if (this.#take(visit, standing, now)) return
      const places = new WaitingRoom<Visit>({ size: roomSize, random: this.#random })
      room = { places, drawAt: Infinity }
      this.#rooms.set(visit.user, room)
    }
    room.drawAt = Math.min(room.drawAt, now + this.#untilBucket(visit.bucket, standing, now))
    const { block, network } = visit.attempt.origin
    for (const given of room.places.add(visit, network, block, standing)) {
      given.state = "givenUp"
      given.wake()
    }
  }

  #inRoom(visit: Visit, now: number): Step {
    const millis = this.#draw(visit.user, now)
    if (visit.state !== "inRoom") return this.step(visit, now)
    if (now >= visit.deadline) return this.#refuse(visit, this.#untilTurn(visit, now) - headStart, now)
    return wait(Math.min(visit.deadline - now, millis))
  }

  /** Lets attempts begin as long as the bucket has any. Gives the milliseconds until it has the next. */
  #draw(user: string, now: number): number {
    const room = this.#rooms.get(user)
    if (room === undefined) return Infinity
    while (now >= room.drawAt) {
      const best = room.places.best()
      if (best === undefined) {
        this.#rooms.delete(user)
        return Infinity
      }
      if (this.#take(best.first, best.standing, now)) {
        room.places.remove(best.first, best.network)
        best.first.wake()
      } else {
        room.drawAt = now + this.#untilBucket(best.first.bucket, best.standing, now)
      }
    }
    return room.drawAt - now
  }

  #leaveRoom(visit: Visit): void {
    const room = this.#rooms.get(visit.user)
    room?.places.remove(visit, visit.attempt.origin.network)
    if (room?.places.isEmpty === true) this.#rooms.delete(visit.user)
  }

  #standingOf({ ofBlock, ofNetwork }: Visit, now: number): Standing {
    const counter = this.#counters.get(ofNetwork) ?? unused
    return {
      isImpatient: earlyReturns.count(counter.early, now) > forgivenEarly,
      ofBlock: Math.ceil(blockFailures.count(this.#blocks.get(ofBlock) ?? 0, now)),
      ofNetwork: Math.ceil(failures.count(counter.failures, now))
    }
  }

  /** The milliseconds until the bucket has one for this standing: the worse it is, the more is kept for others. */
  #untilBucket(bucket: Key, { isImpatient, ofBlock }: Standing, now: number): number {
    const reserve = Math.min(longestReserve, Math.max(ofBlock, isImpatient ? impatience : 0))
    const full = this.#buckets.get(bucket) ?? 0
    return Math.max(0, full - now - (bucketSize - 1 - reserve) * bucketInterval)
  }

  #untilTurn(visit: Visit, now: number): number {
    return this.#untilBucket(visit.bucket, this.#standingOf(visit, now), now)
  }

  #take(visit: Visit, standing: Standing, now: number): boolean {
    if (this.#untilBucket(visit.bucket, standing, now) > 0) return false
    this.#buckets.set(visit.bucket, Math.max(now, this.#buckets.get(visit.bucket) ?? 0) + bucketInterval)
    visit.hasTaken = true
    visit.state = "begun"
    return true
  }

  #giveBack({ bucket, user }: Visit, now: number): void {
    const full = this.#buckets.get(bucket)
    if (full !== undefined) this.#buckets.set(bucket, full - bucketInterval)
    this.#drawAgain(user, now)
  }

  /** The standing of an attempt has changed, and with it the next one. */
  #drawAgain(user: string, now: number): void {
    const room = this.#rooms.get(user)
    if (room === undefined) return
    room.drawAt = now
    this.#draw(user, now)
  }

  #refuse(visit: Visit, millis: number, now: number): Step {
    this.leave(visit, "unchecked", now)
    const refused: Step = { _tag: "Refused", millis: Math.max(second, Math.ceil(millis / second) * second) }
    const counter = this.#counters.get(visit.ofNetwork) ?? unused
    if (visit.attempt.device === undefined) {
      this.#counters.set(visit.ofNetwork, { ...counter, comeBackAt: now + refused.millis })
    }
    return refused
  }

  #failed(visit: Visit, now: number): void {
    const counter = this.#counters.get(visit.counter) ?? unused
    this.#counters.set(visit.counter, {
      ...counter,
      failures: failures.add(counter.failures, now),
      failedAt: now
    })
    if (visit.attempt.device !== undefined) return
    this.#blocks.set(visit.ofBlock, blockFailures.add(this.#blocks.get(visit.ofBlock) ?? 0, now))
    this.#networks.set(visit.network, networkFailures.add(this.#networks.get(visit.network) ?? 0, now))
    const room = this.#rooms.get(visit.user)
    room?.places.reconsider(visit.attempt.origin.block, (first) => this.#standingOf(first, now))
    this.#drawAgain(visit.user, now)
  }

  #succeeded(visit: Visit, now: number): void {
    this.#counters.delete(visit.counter)
    this.#counters.delete(visit.ofNetwork)
    const { accountId, origin } = visit.attempt
    if (origin.network === "") return
    this.#known.set(visit.knownNetwork, now)
    // Attempts that wait from there are known now.
    for (const [user, room] of this.#rooms) {
      if (!user.startsWith(`${accountId}\n`)) continue
      for (const waiting of room.places.take(origin.network)) {
        waiting.state = "begun"
        waiting.wake()
      }
      if (room.places.isEmpty) this.#rooms.delete(user)
    }
  }
}
