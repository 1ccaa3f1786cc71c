// One user under attack, for each enemy that docs/security.md names, in virtual time: `npm run enemy`, or
// `npm run enemy -- 200` for this number of runs of each and for those as well for which there is no bound. Fails if a
// figure is beyond its bound.
import { figuresOf, rightSecrets, run, type Attack } from "../../packages/sentinel/test/login/Enemy.ts"

type Bounds = { first?: number; minute?: number; quarter?: number; guesses: number }

const one = { name: "1 address", addresses: 1, blocks: 1 }
const block = { name: "100 addresses of one block", addresses: 100, blocks: 1 }
const blocks = { name: "100 addresses of 100 blocks", addresses: 100, blocks: 100 }
const all = { name: "65,536 addresses of one block", addresses: 65_536, blocks: 1 }
const world = { name: "65,536 addresses of as many blocks", addresses: 65_536, blocks: 65_536 }

const ofOne: Bounds = { first: 0.99, minute: 1, quarter: 1, guesses: 20 }
const ofBlock: Bounds = { first: 0.2, minute: 1, quarter: 1, guesses: 110 }
const ofBlocks: Bounds = { quarter: 0.99, guesses: 110 }
const none: Bounds = { guesses: 110 }

const attacks: ReadonlyArray<readonly [typeof one, string, Omit<Attack, "enemy">, Partial<Attack["enemy"]>, Bounds]> = [
  [one, "", {}, {}, ofOne],
  [block, "", {}, {}, ofBlock],
  [blocks, "", {}, {}, ofBlocks],
  [all, "", {}, {}, ofBlock],
  [world, "", {}, {}, none],
  [one, "user in its block", { isNeighbour: true }, {}, ofOne],
  [block, "user in its block", { isNeighbour: true }, {}, ofBlock],
  [blocks, "user in its block", { isNeighbour: true }, {}, ofBlocks],
  [all, "user in its block", { isNeighbour: true }, {}, none],
  [one, "user mistypes twice", { mistypes: 2 }, {}, ofOne],
  [block, "user mistypes twice", { mistypes: 2 }, {}, ofBlock],
  [blocks, "user mistypes twice", { mistypes: 2 }, {}, ofBlocks],
  [all, "user mistypes twice", { mistypes: 2 }, {}, ofBlock],
  [block, "saves half of its addresses", {}, { saves: true }, ofBlock],
  [blocks, "saves half of its blocks", {}, { saves: true }, ofBlocks],
  [all, "saves half of its addresses", {}, { saves: true }, ofBlock],
  [blocks, "comes back when it is told", {}, { isPatient: true }, none],
  [blocks, "saves half, and comes back when it is told", {}, { isPatient: true, saves: true }, none]
]

const wanted = Number(process.argv[2] ?? 0)
const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`

const problems: string[] = []
const started = Date.now()
console.log("| enemy | guesses a second | right secret | known | new browser: first try | 60 s | 15 min | guesses |")
console.log("|---|---|---|---|---|---|---|---|")
for (const [{ name, ...where }, more, attack, how, bounds] of attacks) {
  // In CI what has a bound, and what all have one for.
  if (wanted === 0 && bounds === none && more !== "") continue
  for (const rate of [6, 100]) {
    const enemy = { ...where, ...how, rate }
    const runs = wanted > 0 ? wanted : rate === 6 ? 4 : 1
    const figures = figuresOf(Array.from({ length: runs }, (_, seed) => run({ enemy, ...attack }, 17_000 + seed)))
    const secret = await rightSecrets(enemy)
    const { first, guesses, known, minute, p99, quarter } = figures
    const title = more === "" ? name : `${name}, ${more}`
    const shares = [first, minute, quarter].map(percent).join(" | ")
    console.log(
      `| ${title} | ${rate} | ${percent(secret)} | ${percent(known)}, p99 ${p99} ms | ${shares} | ${guesses} |`
    )
    const need = (what: string, isMet: boolean) => {
      if (!isMet) problems.push(`${title}, ${rate} a second: ${what}`)
    }
    need("a right secret was refused", secret === 1)
    need("a known device or network was refused, or waited for a second", known === 1 && p99 < 1000)
    need(`less than ${bounds.first} at the first try`, first >= (bounds.first ?? 0))
    need(`less than ${bounds.minute} within a minute`, minute >= (bounds.minute ?? 0))
    need(`less than ${bounds.quarter} within a quarter of an hour`, quarter >= (bounds.quarter ?? 0))
    need(`more than ${bounds.guesses} guesses`, guesses <= bounds.guesses)
  }
}
console.log(`${Math.round((Date.now() - started) / 1000)} s`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
