// The works that are measured, and what is asked of each: its goal, which is that of an issue, and its budget, which is
// what ends the run with 1. The numbers of the budgets are in budgets.json, since `npm run bench -- budgets --write`
// sets them from what was recorded.
import fs from "node:fs"

const file = new URL("budgets.json", import.meta.url)

/** What is measured of a contestant. Of all but the rate, less is better. */
export interface Figures {
  /** Operations in a second. */
  readonly rate?: number
  /** Microseconds of the processor for one operation, all threads of the process together. */
  readonly cpu?: number
  readonly milliseconds?: number
  readonly mebibytes?: number
  readonly kilobytes?: number
}
export type Measure = keyof Figures

export type Part = "client" | "server" | "cli"

/** By the name of the contestant. */
export type Result = Record<string, Figures>

export interface Work {
  readonly id: string
  readonly part: Part
  readonly title: string
  /** What is shown of it. */
  readonly shown: Measure
}

export interface Mark {
  /** The key of its budget. */
  readonly id: string
  readonly work: Work
  /** Which contestant of ours. */
  readonly of: string
  readonly measure: Measure
  /** A contestant or the best of the peers: then the number is a ratio. Without it the number is a figure. */
  readonly than?: string
  readonly goal: number
  readonly budget: number
}

export const ours = "le-auth"
export const oursInOneEffect = "le-auth, one Effect"
export const floor = "floor"
export const bestPeer = "best peer"
export const nodeItself = "node -e 0"

const budgets: Record<string, number> = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {}

export const writeBudgets = (all: Record<string, number>) =>
  fs.writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`)

export const works: Work[] = []
export const marks: Mark[] = []

type Asked = readonly [measure: Measure, than: string | undefined, goal: number, of?: string]

const work = (part: Part, id: string, title: string, shown: Measure, ...asked: Asked[]) => {
  const added: Work = { id: `${part}/${id}`, part, title, shown }
  works.push(added)
  for (const [measure, than, goal, of = ours] of asked) {
    const mark = `${added.id}: ${[of, measure, than].filter((each) => each !== undefined).join(", ")}`
    const compared = than === undefined ? {} : { than }
    marks.push({ id: mark, work: added, of, measure, ...compared, goal, budget: budgets[mark] ?? goal })
  }
}

/** A work of the client: the first thousand calls of a fresh process, and what it takes after 20,000. */
const coldAndWarm = (id: string, title: string, shown: Measure, ...asked: Asked[]) => {
  for (const state of ["cold", "warm"]) work("client", `${id}/${state}`, `${title}, ${state}`, shown, ...asked)
}

/** The same of each call as a promise, and of calls inside one Effect. */
const both = (...asked: Asked[]): Asked[] =>
  [ours, oursInOneEffect].flatMap((of) => asked.map(([measure, than, goal]) => [measure, than, goal, of] as const))

coldAndWarm(
  "start",
  "authorize URL with fresh state, PKCE and stored record",
  "cpu",
  // 4 of 5.3 us.
  ...both(["rate", floor, 1.32])
)
coldAndWarm("url", "authorize URL alone, request made anew", "cpu", ["rate", bestPeer, 1])
coldAndWarm("callback", "callback decoded and checked", "cpu", ["rate", bestPeer, 1])
coldAndWarm("exchange, 32", "code exchange, 32 at once", "rate", ...both(["rate", bestPeer, 4], ["rate", floor, 0.85]))
coldAndWarm("exchange, 1", "code exchange, one after the other", "rate", ...both(["rate", floor, 0.8]))
coldAndWarm(
  "refresh, 32",
  "refresh, 32 at once",
  "rate",
  // 14,000/s, where the best peer makes 3,550 and the floor 17,600.
  ...both(["rate", bestPeer, 3.94], ["rate", floor, 0.8])
)
coldAndWarm("id_token", "id_token RS256, one after the other", "rate", ...both(["rate", floor, 0.9]))
work(
  "client",
  "app token/warm",
  "app token from memory, warm",
  "cpu",
  ["cpu", undefined, 3],
  ["cpu", undefined, 1, oursInOneEffect],
  ["rate", bestPeer, 0.5, oursInOneEffect]
)
work("client", "heap", "growth of the heap over 20,000 exchanges", "mebibytes", ["mebibytes", undefined, 3])

// What short rounds hide, and what a fresh process pays.
const served = (id: string, title: string, connections: number, ...asked: Asked[]) => {
  const many = connections === 1 ? "1 connection" : `${connections} connections`
  for (const state of ["cold", "warm"]) {
    work("server", `${id}/${connections}/${state}`, `${title}, ${many}, ${state}`, "rate", ...asked)
  }
}
served("authorize", "authorize with a session", 50, ["rate", bestPeer, 1.2], ["rate", floor, 0.7])
served("authorize", "authorize with a session", 1, ["rate", floor, 0.85])
served("exchange", "code exchange with RS256 id_token", 50, ["rate", floor, 0.9])
served("refresh", "refresh without id_token, rotating", 50, ["rate", bestPeer, 1.2])
served("flow", "whole flow with RS256 id_token", 50, ["rate", floor, 0.85], ["rate", bestPeer, 1.9])
served("keys", "JWK Set", 50, ["cpu", undefined, 80])
// 150 ms and 75 MiB, where the floor takes 110 ms and 61 MiB: a version of Node and a machine move them all alike.
work("server", "start", "start to the first answer", "milliseconds", ["milliseconds", floor, 1.36])
work("server", "start, memory", "memory after the first answer", "mebibytes", ["mebibytes", floor, 1.23])
work("server", "memory", "memory after 50,000 flows", "mebibytes", ["mebibytes", undefined, 200])

for (const word of ["--version", "--help"]) {
  work("cli", word, `\`le-auth ${word}\``, "milliseconds", ["milliseconds", nodeItself, 1.7])
  work("cli", `${word}, memory`, `\`le-auth ${word}\`, memory`, "mebibytes", ["mebibytes", undefined, 70])
}
work("cli", "token", "`le-auth token`, a valid session", "milliseconds", ["milliseconds", nodeItself, 3.5])
work("cli", "token, memory", "`le-auth token`, memory", "mebibytes", ["mebibytes", undefined, 70])
work("cli", "tarball", "tarball", "kilobytes", ["kilobytes", undefined, 1000])

/** Budgets of what is not measured. */
export const strayBudgets = () => Object.keys(budgets).filter((id) => marks.every((mark) => mark.id !== id))

export const workOf = (part: Part, id: string) => {
  const found = works.find((each) => each.id === `${part}/${id}`)
  if (found === undefined) throw new Error(`no work is called ${part}/${id}`)
  return found
}

export const isMoreBetter = (measure: Measure) => measure === "rate"

export const isPeer = (name: string) => !name.startsWith(ours) && name !== floor && name !== nodeItself

/** The better of all peers, by its name. */
export const bestOf = (result: Result, measure: Measure): string | undefined =>
  Object.keys(result)
    .filter((name) => isPeer(name) && result[name]?.[measure] !== undefined)
    .toSorted(
      (a, b) => ((result[a]?.[measure] ?? 0) - (result[b]?.[measure] ?? 0)) * (isMoreBetter(measure) ? -1 : 1)
    )[0]

export interface Verdict {
  readonly mark: Mark
  /** The other side, by its name. */
  readonly than: string | undefined
  readonly reached: number
  readonly isGoal: boolean
  readonly isBudget: boolean
}

/** What was reached of a mark, to two digits behind the point, as it is shown. */
export const verdictOf = (mark: Mark, result: Result): Verdict => {
  const { measure } = mark
  const than = mark.than === bestPeer ? bestOf(result, measure) : mark.than
  const own = result[mark.of]?.[measure] ?? Number.NaN
  const against = than === undefined ? 1 : (result[than]?.[measure] ?? Number.NaN)
  const reached = Math.round((own / against) * 100) / 100
  const isKept = (limit: number) => (isMoreBetter(measure) ? reached >= limit : reached <= limit)
  return { mark, than, reached, isGoal: isKept(mark.goal), isBudget: isKept(mark.budget) }
}

/** A goal that was reached is its own budget; else it is what was reached, with a margin, but never above the goal. */
export const proposal = ({ mark, reached }: Verdict, margin: number) => {
  const proposed = isMoreBetter(mark.measure) ? reached * (1 - margin) : reached * (1 + margin)
  const rounded = Number(proposed.toPrecision(3))
  return isMoreBetter(mark.measure) ? Math.min(mark.goal, rounded) : Math.max(mark.goal, rounded)
}
