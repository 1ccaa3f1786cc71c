/**
 * The last requests and changes, in order: what Sentinel was asked, what it decided, and why.
 *
 * It holds no secret. Codes, tokens and sessions are named by the first characters of their SHA-256, so that a
 * person can follow one of them from its beginning to its end.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { type Entry, type Filter, isRefusal } from "../../JournalEntry.ts"

/** The journal of one Sentinel. */
export class Journal extends Context.Service<
  Journal,
  {
    readonly isOn: boolean
    readonly add: (entry: Omit<Entry, "sequence">) => void
    readonly read: (filter?: Filter) => Effect.Effect<ReadonlyArray<Entry>>
    /** The entries that are there already, after `after`, and then all that come. */
    readonly follow: (filter?: Omit<Filter, "limit">) => Stream.Stream<Entry>
    readonly clear: Effect.Effect<void>
  }
>()("@le-auth/sentinel/internal/control/Journal") {}

const isAbout = (entry: Entry, about: string): boolean =>
  [entry, ...entry.steps].some((part) => Object.values(part).some((value) => value === about))

const has = (value: unknown, text: string): boolean => {
  if (typeof value === "string" || typeof value === "number") return String(value).toLowerCase().includes(text)
  return typeof value === "object" && value !== null && Object.values(value).some((part) => has(part, text))
}

const hasOutcome = ({ kind, outcome }: Entry, wanted: string): boolean =>
  wanted === "refused" ? kind === "request" && isRefusal(outcome) : outcome === wanted

/** What is cheap is looked at first: of most filters, few entries are left for the rest. */
const passes = ({ about, after = 0, application, before = Infinity, outcome, route, text }: Filter) => {
  const lower = text?.toLowerCase()
  return (entry: Entry): boolean =>
    entry.sequence > after &&
    entry.sequence < before &&
    (application === undefined || entry.client === application) &&
    (route === undefined || (entry.route ?? "control") === route) &&
    (outcome === undefined || hasOutcome(entry, outcome)) &&
    (about === undefined || isAbout(entry, about)) &&
    (lower === undefined || has(entry, lower))
}

/** The number of entries that a follower may be behind. A slower one misses the oldest of them. */
const backlog = 1024

/** Keeps the last `capacity` entries; none, and the journal is off. */
export const make = Effect.fnUntraced(function* (options: { readonly capacity: number }) {
  const { capacity } = options
  const published = yield* PubSub.sliding<Entry>(backlog)
  const ring: Array<Entry> = []
  let sequence = 0

  /** From the newest on, so that the last few of very many are found without a look at the rest. */
  const read = (filter: Filter = {}): ReadonlyArray<Entry> => {
    const { limit = Infinity } = filter
    const isWanted = passes(filter)
    const found: Array<Entry> = []
    for (let back = 1; back <= ring.length && found.length < limit; back++) {
      const entry = ring[(sequence - back) % capacity]!
      if (isWanted(entry)) found.push(entry)
    }
    return found.toReversed()
  }

  return Journal.of({
    isOn: capacity > 0,
    add: (entry) => {
      if (capacity <= 0) return
      const numbered = { sequence: sequence + 1, ...entry }
      ring[sequence % capacity] = numbered
      sequence++
      PubSub.publishUnsafe(published, numbered)
    },
    read: (filter) => Effect.sync(() => read(filter)),
    follow: (filter = {}) =>
      Stream.unwrap(
        Effect.gen(function* () {
          // First the subscription, then what is there: so nothing falls in between, and nothing comes twice.
          const live = yield* PubSub.subscribe(published)
          const before = read(filter)
          const last = sequence
          const later = Stream.filter(Stream.fromSubscription(live), passes({ ...filter, after: last }))
          return Stream.concat(Stream.fromIterable(before), later)
        })
      ),
    // Numbers go on, so that a follower notices nothing but new entries.
    clear: Effect.sync(() => {
      ring.length = 0
      sequence += capacity - (sequence % capacity || capacity)
    })
  })
})
