// Sentinel beside its peers: `npm run bench -- server`. Ends with 1 if a budget is missed.
//
// A figure is that of the best of many short rounds, for every contestant alike: what else the machine does only ever
// adds to what a request takes, on a shared machine up to twice as much, so that the best round is the nearest to the
// request's own cost.
import { generateKeyPairSync, sign } from "node:crypto"

import { median } from "./Harness.ts"
import { Connection, load } from "./server/Connection.ts"
import { flows } from "./server/Flows.ts"
import { floor } from "./server/Floor.ts"
import { leAuth } from "./server/LeAuth.ts"
import { nodeOauth } from "./server/NodeOauth.ts"
import { oidcProvider } from "./server/OidcProvider.ts"
import { operations } from "./server/Operations.ts"
import { sessions } from "./server/Parameters.ts"
import { start, type Contestant } from "./server/Running.ts"

const only = process.argv[3] ?? ""
/**
 * So short that many of them fall between what else the machine does, and as many requests as oidc-provider remembers.
 */
const rounds = 60
const part = 200

/**
 * Budgets with a signature were set where one RSA signature took 252 us; here they are as much longer as a signature
 * is. How long it takes is OpenSSL's and the processor's business, not the server's.
 */
const signature = (() => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const data = Buffer.alloc(300)
  const times = Array.from({ length: 40 }, () => {
    const { system, user } = process.cpuUsage()
    for (let count = 0; count < 25; count++) sign("RSA-SHA256", data, privateKey)
    const used = process.cpuUsage({ system, user })
    return (used.user + used.system) / 25
  })
  return Math.min(...times)
})()
const withSignature = (budget: number) => Math.round(budget - 252 + signature)
let holds = true

const tables: Array<{ title: string; operation: string; of: any[]; cpu: number; faster?: Array<[any, number]> }> = [
  {
    title: "authorize: a browser with a session gets a code",
    operation: "authorize",
    of: [floor, leAuth, nodeOauth, oidcProvider],
    cpu: 150,
    faster: [[nodeOauth, 1.1]]
  },
  {
    title: "exchange: a code for tokens, RS256 id_token (node-oauth2-server: none)",
    operation: "exchange",
    of: [floor, leAuth, nodeOauth, oidcProvider],
    cpu: withSignature(450)
  },
  {
    title: "refresh: without an id_token",
    operation: "refresh",
    of: [floor, leAuth, nodeOauth],
    cpu: 200,
    faster: [[nodeOauth, 1.1]]
  },
  { title: "keys: the JWK Set", operation: "keys", of: [floor, leAuth, oidcProvider], cpu: 80 },
  {
    title: "flow: authorize, then exchange, RS256 id_token (node-oauth2-server: none)",
    operation: "flow",
    of: [floor, leAuth, nodeOauth, oidcProvider],
    cpu: withSignature(560),
    faster: [
      [oidcProvider, 1.9],
      [floor, 0.8]
    ]
  }
]

const verdict = (isKept: boolean, text: string) => {
  holds = isKept && holds
  console.log(`  ${isKept ? "holds" : "MISSED"}: ${text}`)
}

// Start and memory first, while no other server runs.
const contestants = [floor, leAuth, nodeOauth, oidcProvider]
console.log(`one RSA signature takes ${signature.toFixed(0)} us here`)
if ("start".includes(only)) {
  console.log("\nstart: from the start of the process to the first answer of authorize")
  const results = new Map(contestants.map(({ name }) => [name, { milliseconds: [0], mebibytes: [0] }]))
  for (const result of results.values()) Object.values(result).forEach((list) => list.pop())
  for (let round = 0; round < 7; round++) {
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const server = await start(contestant)
      results.get(contestant.name)?.milliseconds.push(server.startMilliseconds)
      results.get(contestant.name)?.mebibytes.push((await server.use()).memory.rss / 2 ** 20)
      await server.stop()
    }
  }
  const base = Math.min(...(results.get(floor.name)?.milliseconds ?? []))
  for (const [name, { mebibytes, milliseconds }] of results) {
    const time = Math.min(...milliseconds)
    console.log(
      `  ${name.padEnd(30)} ${time.toFixed(0).padStart(6)} ms ${median(mebibytes).toFixed(0).padStart(6)} MiB ` +
        `${(time / base).toFixed(2).padStart(6)}x floor`
    )
  }
  // 140 ms and 80 MiB were set where the floor took 65 ms and 61 MiB: a version of Node and a machine move them all
  // alike.
  const figures = (name: string) => {
    const { mebibytes, milliseconds } = results.get(name) ?? { mebibytes: [], milliseconds: [] }
    return { time: Math.min(...milliseconds), memory: median(mebibytes) }
  }
  const [ours, bare] = [figures(leAuth.name), figures(floor.name)]
  const [time, memory] = [ours.time / bare.time, ours.memory / bare.memory]
  verdict(time <= 140 / 65, `${leAuth.name} answers after ${time.toFixed(2)}x the floor's time; the budget is 2.15x`)
  verdict(memory <= 80 / 61, `${leAuth.name} then takes ${memory.toFixed(2)}x the floor's memory; the budget is 1.31x`)
}

if ("memory".includes(only)) {
  const [, { rss = Number.NaN } = {}] = await flows(50_000, 25_000)
  verdict(rss <= 250, `${leAuth.name} takes ${rss.toFixed(0)} MiB after 50,000 flows; the budget is 250 MiB`)
}

const wanted = tables.filter(({ title }) => title.startsWith(only))
if (wanted.length > 0) {
  const running: Array<{
    contestant: Contestant
    server: Awaited<ReturnType<typeof start>>
    work: ReturnType<typeof operations>
  }> = []
  for (const contestant of contestants) {
    const server = await start(contestant)
    const cookies = []
    for (let session = 0; session < sessions; session++) cookies.push(await contestant.signIn(server.origin))
    running.push({ contestant, server, work: operations(contestant, cookies) })
  }

  /** One piece of a round. */
  const measure = async (
    { server, work }: (typeof running)[number],
    operation: string,
    count: number,
    times: number
  ) => {
    const connections = Array.from({ length: count }, () => new Connection(server.port))
    let took = 0
    let cpu = 0
    // In parts, since oidc-provider forgets all but the newest 1,000 of what it has given out.
    for (let done = 0; done < times; done += part) {
      const once = await (work[operation] as any)(connections, part)
      const before = await server.use()
      took += await load(connections, part, once)
      cpu += (await server.use()).cpu - before.cpu
    }
    for (const connection of connections) connection.close()
    return { rate: (times * 1000) / took, cpu: cpu / times }
  }

  for (const { cpu, faster = [], of, operation, title } of wanted) {
    const results = new Map<string, Record<"cpu1" | "cpu50" | "rate1" | "rate50", number[]>>(
      of.map(({ name }) => [name, { rate1: [], cpu1: [], rate50: [], cpu50: [] }])
    )
    const turns = running.filter(({ contestant }) => of.includes(contestant))
    for (const turn of turns) await measure(turn, operation, 50, 4000)
    for (let round = 0; round < rounds; round++) {
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
        const result = results.get(turn.contestant.name)
        const one = await measure(turn, operation, 1, part)
        const many = await measure(turn, operation, 50, part)
        result?.rate1.push(one.rate)
        result?.cpu1.push(one.cpu)
        result?.rate50.push(many.rate)
        result?.cpu50.push(many.cpu)
      }
    }
    const best = new Map(
      [...results].map(([name, { cpu1, cpu50, rate1, rate50 }]) => [
        name,
        { cpu1: Math.min(...cpu1), cpu50: Math.min(...cpu50), rate1: Math.max(...rate1), rate50: Math.max(...rate50) }
      ])
    )
    const ratio = (figure: "rate50" | "cpu50", a: string, b: string) =>
      (best.get(a)?.[figure] ?? Number.NaN) / (best.get(b)?.[figure] ?? Number.NaN)

    console.log(`\n${title}`)
    console.log(`  ${"".padEnd(30)}  1 connection        50 connections      x floor`)
    for (const [name, { cpu1, cpu50, rate1, rate50 }] of best) {
      const figure = (value: number, width: number) => Math.round(value).toLocaleString("en").padStart(width)
      console.log(
        `  ${name.padEnd(30)} ${figure(rate1, 7)}/s ${figure(cpu1, 6)} us ${figure(rate50, 8)}/s ${figure(cpu50, 6)} us` +
          ` ${ratio("rate50", name, floor.name).toFixed(2).padStart(7)} ${ratio("cpu50", name, floor.name).toFixed(2)}`
      )
    }
    const used = best.get(leAuth.name)?.cpu1 ?? Number.NaN
    verdict(used <= cpu, `${leAuth.name} takes ${used.toFixed(0)} us of CPU; the budget is ${cpu} us`)
    for (const [peer, atLeast] of faster) {
      const reached = ratio("rate50", leAuth.name, peer.name)
      verdict(
        reached >= atLeast,
        `${leAuth.name} is ${reached.toFixed(2)}x ${peer.name} at 50 connections; the budget is ${atLeast}x`
      )
    }
  }
  for (const { server } of running) await server.stop()
}
if (!holds) process.exitCode = 1
