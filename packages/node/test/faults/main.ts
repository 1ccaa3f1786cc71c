// Freezes, kills and fails over a real PostgreSQL under load, and counts the token families that were lost:
// `npm run faults`, with `-- --families 500` for another number and `-- --only "freeze 12 s"` for one scenario.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { parseArgs } from "node:util"
import { type Pair, startPair } from "../../../../tools/faults/postgresPair.ts"
import { liveThrough, nodesAt, pause } from "./families.ts"

const { values } = parseArgs({
  options: { families: { type: "string", default: "5000" }, only: { type: "string" } },
  allowPositionals: true
})

const say = (line: string) => void process.stdout.write(`${line}\n`)

const freeze = (seconds: number) => async (pair: Pair) => {
  pair.primary().freeze()
  await pause(1000 * seconds)
  pair.primary().thaw()
}

const promote = (pair: Pair) =>
  Effect.runPromise(
    SqlClient.SqlClient.use((sql) => sql`SELECT pg_promote()`).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(pair.directUrls.standby), maxConnections: 1 }))
    )
  )

const failOver = async (pair: Pair) => {
  await pair.primary().kill()
  pair.standby!.thaw()
  await pause(1000)
  await promote(pair)
  pair.switchOver()
}

/** What happens to a pair, one after the other. After the last one of a list nothing is left of it. */
const scenarios: ReadonlyArray<ReadonlyArray<readonly [string, (pair: Pair) => Promise<void>]>> = [
  [
    ...[1, 3, 7, 12, 20, 30].map((seconds) => [`freeze ${seconds} s`, freeze(seconds)] as const),
    [
      "kill -9 and restart",
      async (pair) => {
        await pair.primary().kill()
        await pause(1000)
        await pair.restart()
      }
    ],
    [
      "links cut each 200 ms",
      async (pair) => {
        for (let count = 0; count < 25; count++) {
          pair.cut()
          await pause(200)
        }
      }
    ],
    [
      "standby frozen 12 s",
      async (pair) => {
        pair.standby!.freeze()
        await pause(12_000)
        pair.standby!.thaw()
      }
    ],
    ["failover to the standby", failOver]
  ],
  [
    [
      "failover while the standby stood still",
      async (pair) => {
        pair.standby!.freeze()
        await pause(8000)
        await failOver(pair)
      }
    ]
  ]
]

const wanted = scenarios
  .map((list) => list.filter(([name]) => values.only === undefined || name === values.only))
  .filter((list) => list.length > 0)
const each = Math.ceil(Number(values.families) / wanted.flat().length)
let [families, lost] = [0, 0]
const begun = performance.now()
for (const list of wanted) {
  const pair = await startPair({ standby: true })
  const nodes = await nodesAt(pair.url)
  try {
    for (const [name, happens] of list) {
      const report = await liveThrough(nodes, each, () => happens(pair))
      families += report.families
      lost += report.lost.length
      say(
        `${name.padEnd(40)} ${report.families} families, ${report.lost.length} lost, ${report.answers} answers, ${report.unavailable} of them 503`
      )
      for (const reason of report.lost.slice(0, 5)) say(`  ${reason}`)
    }
  } finally {
    await nodes.stop()
    await pair.stop()
  }
}
say(`${families} families, ${lost} lost, ${Math.round((performance.now() - begun) / 1000)} s`)
process.exit(lost === 0 && families >= Number(values.families) ? 0 : 1)
