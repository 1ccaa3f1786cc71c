/**
 * One user under attack, in virtual time: what becomes of guesses, and of right logins meanwhile. The throttle and the
 * turns of the hashing workers are the real ones; the clock, the hashing and the people are made up. The same seed
 * gives the same figures.
 */
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import { LoginThrottle } from "../../src/internal/login/LoginThrottle.ts"
import * as ClientThrottle from "../../src/internal/token/ClientThrottle.ts"
import { OAuthFailure } from "../../src/internal/token/OAuthFailure.ts"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { FairTurns } from "../../src/internal/throttle/FairTurns.ts"

const second = 1000
const minute = 60 * second
/** Right logins begin after half an hour, and are looked at for a quarter. */
const begin = 30 * minute
const end = 45 * minute
/** argon2id with 19 MiB and two passes. */
const hashing = 30

/** A small generator of numbers from 0 to 1 (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Events in the order of their time (a binary heap). */
class Timeline {
  readonly #heap: Array<{ readonly at: number; readonly order: number; readonly run: () => void }> = []
  #order = 0
  now = 0

  after(millis: number, run: () => void): void {
    const heap = this.#heap
    heap.push({ at: this.now + millis, order: this.#order++, run })
    for (let index = heap.length - 1; index > 0;) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) break
      this.#swap(index, parent)
      index = parent
    }
  }

  runUntil(until: number): void {
    const heap = this.#heap
    while (heap.length > 0 && heap[0]!.at <= until) {
      const { at, run } = heap[0]!
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        for (let index = 0; ;) {
          let least = index
          for (const child of [2 * index + 1, 2 * index + 2]) {
            if (child < heap.length && this.#isBefore(child, least)) least = child
          }
          if (least === index) break
          this.#swap(index, least)
          index = least
        }
      }
      this.now = at
      run()
    }
    this.now = until
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a]!, this.#heap[b]!]
    return x.at < y.at || (x.at === y.at && x.order < y.order)
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = kept
  }
}

/** Where somebody is. */
interface Place {
  readonly network: string
  readonly block: string
  readonly device?: string
}

type Answer = "in" | "wrong" | { readonly retryAfter: number }

/** A Sentinel with nothing but its throttle and its workers. */
const makeSentinel = (timeline: Timeline, random: () => number) => {
  const throttle = new LoginThrottle({ random })
  const turns = new FairTurns({ workers: 2, queue: 64 })

  return (email: string, place: Place, isRight: boolean, answer: (answer: Answer) => void): void => {
    const { device, ...origin } = place
    const visit = throttle.enter({ accountId: "1", email, origin, device }, timeline.now)
    let isWaiting = true
    const look = () => {
      if (!isWaiting) return
      const step = throttle.step(visit, timeline.now)
      if (step._tag === "Wait") {
        if (step.millis < Infinity) timeline.after(Math.ceil(step.millis), look)
        return
      }
      isWaiting = false
      if (step._tag === "Refused") return answer({ retryAfter: step.millis })
      const work = {
        lane: step.lane,
        network: origin.network,
        start: () =>
          timeline.after(hashing, () => {
            throttle.leave(visit, isRight ? "right" : "wrong", timeline.now)
            turns.done(work)
            answer(isRight ? "in" : "wrong")
          }),
        refuse: () => {
          throttle.leave(visit, "unchecked", timeline.now)
          answer({ retryAfter: 5 * second })
        }
      }
      turns.ask(work)
    }
    visit.wake = () => timeline.after(0, look)
    look()
  }
}

export interface Enemy {
  readonly addresses: number
  /** How many blocks the addresses are in. */
  readonly blocks: number
  /** Guesses a second. */
  readonly rate: number
  /** Half of the blocks are not used before the right logins begin, and from then on no others. */
  readonly saves?: boolean
  /** Each address waits as long as it is told. */
  readonly isPatient?: boolean
}

export interface Attack {
  readonly enemy: Enemy
  /** The user is in a block that the enemy has addresses in. */
  readonly isNeighbour?: boolean
  /** How often the user types something wrong first. */
  readonly mistypes?: number
}

/**
 * People with new browsers, in each run. As a right attempt costs no one anything, they are not in one another's way.
 */
const people = 10

export interface Outcome {
  /** Of right logins from known devices and networks. */
  readonly known: { readonly tried: number; readonly refused: number; readonly latencies: ReadonlyArray<number> }
  /** Of each person with a new browser: whether the first right try succeeded, and how long it all took. */
  readonly people: ReadonlyArray<{ readonly isFirst: boolean; readonly millis: number }>
  /** How many guesses at the user were looked at. */
  readonly guesses: number
}

export const run = ({ enemy, isNeighbour = false, mistypes = 0 }: Attack, seed: number): Outcome => {
  const random = randomFrom(seed)
  const timeline = new Timeline()
  const signIn = makeSentinel(timeline, random)
  const user = "agent@example.com"
  const between = (least: number, most: number) => least + random() * (most - least)

  let guesses = 0
  const places = Array.from({ length: enemy.addresses }, (_, index) => ({
    network: `enemy ${index}`,
    block: `enemy ${index % enemy.blocks}`
  }))
  const half = Math.ceil(enemy.addresses / 2)
  const pool = () =>
    enemy.saves !== true || half === enemy.addresses
      ? places
      : timeline.now < begin
        ? places.slice(0, half)
        : places.slice(half)
  const early = pool()
  let mine = early
  const readyAt = new Map<string, number>()
  let turn = 0
  const guess = () => {
    if (enemy.saves === true && mine === early && timeline.now >= begin) mine = pool()
    for (let tries = 0; tries < (enemy.isPatient === true ? mine.length : 1); tries++) {
      const place = mine[turn++ % mine.length]!
      if (enemy.isPatient === true && (readyAt.get(place.network) ?? 0) > timeline.now) continue
      readyAt.set(place.network, Infinity)
      signIn(user, place, false, (answer) => {
        if (answer === "wrong" && timeline.now <= end) guesses++
        const pause = typeof answer === "object" ? answer.retryAfter : 0
        if (enemy.isPatient === true) readyAt.set(place.network, timeline.now + pause)
      })
      break
    }
    timeline.after(second / enemy.rate, guess)
  }

  // Somebody else of the account has signed in at the office before.
  const office = { network: "office", block: "office" }
  signIn("colleague@example.com", office, true, () => {})
  timeline.after(second, guess)

  const known = { tried: 0, refused: 0, latencies: [] as Array<number> }
  const signInAsKnown = () => {
    for (const place of [office, { network: "train", block: "train", device: "laptop" }]) {
      const started = timeline.now
      known.tried++
      signIn(user, place, true, (answer) => {
        if (answer === "in") known.latencies.push(timeline.now - started)
        else known.refused++
      })
    }
    if (timeline.now < end) timeline.after(10 * second, signInAsKnown)
  }
  timeline.after(begin, signInAsKnown)

  const results: Array<{ isFirst: boolean; millis: number }> = []
  // A person who mistypes takes from what all have, so there is one of them.
  for (let index = 0; index < (mistypes === 0 ? people : 1); index++) {
    const result = { isFirst: false, millis: Infinity }
    results.push(result)
    const place = {
      network: `home ${index}`,
      block: isNeighbour ? `enemy ${index % enemy.blocks}` : `home ${index}`
    }
    let mistakes = mistypes
    let isFirst = true
    let started = 0
    const press = () => {
      const isRight = mistakes === 0
      signIn(user, place, isRight, (answer) => {
        if (answer === "in") {
          result.isFirst = isFirst
          result.millis = timeline.now - started
          return
        }
        if (isRight) isFirst = false
        else if (answer === "wrong") mistakes--
        // They read that it was wrong and type it again, or that they have to wait, which the page counts down.
        timeline.after(
          typeof answer === "object" ? answer.retryAfter + between(1, 5) * second : between(3, 10) * second,
          press
        )
      })
    }
    timeline.after(begin + between(0, 30) * second, () => {
      started = timeline.now
      press()
    })
  }

  timeline.runUntil(end + minute)
  return { known, people: results, guesses }
}

export interface Figures {
  readonly known: number
  readonly p99: number
  readonly first: number
  readonly minute: number
  readonly quarter: number
  readonly guesses: number
}

/** The figures of many runs: shares from 0 to 1, milliseconds, and the most guesses of any run. */
export const figuresOf = (outcomes: ReadonlyArray<Outcome>): Figures => {
  const all = outcomes.flatMap((outcome) => outcome.people)
  const share = (is: (person: (typeof all)[number]) => boolean) => all.filter(is).length / all.length
  const latencies = outcomes.flatMap(({ known }) => known.latencies).toSorted((a, b) => a - b)
  const tried = outcomes.reduce((sum, { known }) => sum + known.tried, 0)
  return {
    known: latencies.length / tried,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Infinity,
    first: share(({ isFirst }) => isFirst),
    minute: share(({ millis }) => millis <= minute),
    quarter: share(({ millis }) => millis <= 15 * minute),
    guesses: Math.max(...outcomes.map(({ guesses }) => guesses))
  }
}

/**
 * The share of right client secrets that are answered while an enemy sends wrong ones, of the same application and of
 * any other, also from the network of the application itself.
 */
export const rightSecrets = ({ addresses, rate }: Enemy): Promise<number> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const authenticate = yield* ClientThrottle.make((_, body) =>
        body.get("client_secret") === "right"
          ? Effect.succeed({ clientId: "app" } as never)
          : Effect.fail(new OAuthFailure({ error: "invalid_client", description: "" }))
      )
      const ask = (address: string, secret: string, id: string) => {
        const web = new Request("http://localhost/token", { method: "POST" })
        const request = HttpServerRequest.fromWeb(web).modify({ remoteAddress: Option.some(address) })
        const body = UrlParameters.fromSearch(`client_id=${id}&client_secret=${secret}`)
        const incoming = { request, accountId: "1", path: {}, query: UrlParameters.fromSearch(""), search: "" }
        return Effect.isSuccess(authenticate(incoming, body, { status: 400, inQuery: false }))
      }
      const server = "203.0.113.1"
      let right = 0
      for (let index = 0; index < 3000; index++) {
        const number = index % addresses
        const enemy = index % 10 === 0 ? server : `${number % 200}.${number >> 8}.0.1`
        yield* ask(enemy, "wrong", index % 2 === 0 ? "app" : `other-${index}`)
        yield* TestClock.adjust(second / rate)
        if (index % 10 === 9 && (yield* ask(server, "right", "app"))) right++
      }
      return right / 300
    }).pipe(Effect.provide(TestClock.layer()))
  )
