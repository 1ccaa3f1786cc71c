/**
 * The journal as sign-ins: each from the authorization request to the last refresh of its tokens.
 *
 * Nothing in a request says which sign-in it belongs to, but the journal names tickets, codes, tokens and their family
 * by hashes, and each of these belongs to one sign-in only. So entries that share one of them, directly or by others in
 * between, are of one sign-in. A session is not of one sign-in: what ends it belongs to each sign-in that it began.
 */
import { type Entry, isRefusal } from "../../JournalEntry.ts"

type Step = Entry["steps"][number]

/** One sign-in at one application. */
export interface Flow {
  /** A hash that finds it: of its token family, else of what else it has. */
  readonly id: string
  /** All hashes that find it. */
  readonly hashes: ReadonlySet<string>
  readonly family: string | undefined
  readonly session: string | undefined
  readonly account: string | undefined
  readonly client: string | undefined
  readonly user: string | undefined
  /** The oldest first; never empty. */
  readonly entries: ReadonlyArray<Entry>
  /** The number of entries that were refused. */
  readonly refusals: number
}

/** What belongs to one sign-in. Both names of a refresh token are of one kind: a new one is used later. */
const kinds = {
  family: "family",
  code: "code",
  refreshToken: "refresh token",
  newRefreshToken: "refresh token",
  accessToken: "access token",
  ticket: "ticket"
} as const

const members = Object.keys(kinds) as ReadonlyArray<keyof typeof kinds>

const namesOf = (step: Step): ReadonlyArray<string> =>
  members.flatMap((member) => (step[member] === undefined ? [] : [`${kinds[member]} ${step[member]}`]))

const first = <A>(entries: ReadonlyArray<Entry>, pick: (entry: Entry) => A | undefined): A | undefined => {
  for (const entry of entries) {
    const found = pick(entry)
    if (found !== undefined) return found
  }
  return undefined
}

const inSteps = (member: Exclude<keyof Step, "what">) => (entry: Entry) =>
  entry.steps.find((step) => step[member] !== undefined)?.[member]

/** The hash by which the flow of an entry is found; `undefined` if the entry is of no sign-in. */
export const flowAddress = (entry: Entry): string | undefined => {
  for (const member of members) {
    const hash = inSteps(member)(entry)
    if (hash !== undefined) return hash
  }
  return undefined
}

/** Sets of names that grow together (union-find): gives one name for all of a set. */
const makeSets = () => {
  const parents = new Map<string, string>()
  const rootOf = (name: string): string => {
    let root = name
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent
    for (let at = name; at !== root;) {
      const next = parents.get(at)!
      parents.set(at, root)
      at = next
    }
    return root
  }
  return {
    rootOf,
    join: (one: string, other: string) => {
      const from = rootOf(one)
      const to = rootOf(other)
      if (from !== to) parents.set(from, to)
    }
  }
}

const flowFrom = (entries: ReadonlyArray<Entry>, session: string | undefined): Flow => ({
  id: first(entries, inSteps("family")) ?? first(entries, flowAddress)!,
  hashes: new Set(
    entries.flatMap(({ steps }) => steps.flatMap((step) => members.flatMap((member) => step[member] ?? [])))
  ),
  family: first(entries, inSteps("family")),
  session,
  account: first(entries, ({ account }) => account),
  client: first(entries, ({ client }) => client),
  user: first(entries, ({ user }) => user),
  entries,
  refusals: entries.filter(({ kind, outcome }) => kind === "request" && isRefusal(outcome)).length
})

const add = <A>(groups: Map<string, Array<A>>, name: string, value: A) => {
  const found = groups.get(name)
  if (found === undefined) groups.set(name, [value])
  else found.push(value)
}

const bySequence = (one: Entry, other: Entry): number => one.sequence - other.sequence

/** The sign-ins in a journal, the one with the newest entry first. Entries may come in any order. */
export const group = (journal: ReadonlyArray<Entry>): ReadonlyArray<Flow> => {
  const sets = makeSets()
  const own: Array<{ readonly entry: Entry; readonly name: string }> = []
  const ofSession = new Map<string, Array<Entry>>()
  for (const entry of journal.toSorted(bySequence)) {
    const names = entry.steps.flatMap(namesOf)
    const [name] = names
    const session = inSteps("session")(entry)
    for (const other of names.slice(1)) sets.join(other, name!)
    if (name !== undefined) own.push({ entry, name })
    else if (session !== undefined) add(ofSession, session, entry)
  }

  const groups = new Map<string, Array<Entry>>()
  for (const { entry, name } of own) add(groups, sets.rootOf(name), entry)

  return [...groups.values()]
    .map((entries) => {
      const session = first(entries, inSteps("session"))
      const others = session === undefined ? undefined : ofSession.get(session)
      return flowFrom(others === undefined ? entries : [...entries, ...others].toSorted(bySequence), session)
    })
    .toSorted((one, other) => bySequence(other.entries.at(-1)!, one.entries.at(-1)!))
}
