/** Two whole Sentinels on one PostgreSQL, whose connections are cut in the middle. */
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as SqlClient from "effect/sql/SqlClient"
import { createHash } from "node:crypto"
import { authorizeUrl, UserAgent } from "../../../sentinel/test/proof/Loopback.ts"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { cable, type Fate } from "./Cable.ts"
import { sentinelStore, sqlClient } from "./Engines.ts"
import { accountId, clientId, clientSecret, config, sentinelNode, userOf } from "./sentinelNode.ts"

const postgres = PostgresDatabase.ofThisFile()

const redirectUri = "https://app.example/cb"
const users = 24
const base = (origin: string) => `${origin}/sentinel/api/account/${accountId}`

interface Answer {
  readonly status: number
  readonly access: string | undefined
  readonly refresh: string | undefined
}

/** An application behind no balancer: it asks the nodes in turn. */
const application = (nodes: ReadonlyArray<string>) => {
  const post = async (node: number, path: string, body: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${base(nodes[node % nodes.length]!)}${path}?v=1.0`, {
      method: "POST",
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...body })
    })
    const text = await response.text()
    const { access_token: access, refresh_token: refresh } =
      response.status === 200 && text !== "" ? JSON.parse(text) : {}
    return { status: response.status, access, refresh }
  }
  const token = (node: number, body: Record<string, string>) => post(node, "/token", body)
  return {
    redeem: (node: number, code: string) =>
      token(node, { grant_type: "authorization_code", code, redirect_uri: redirectUri }),
    refresh: (node: number, refresh: string) => token(node, { grant_type: "refresh_token", refresh_token: refresh }),
    revoke: (node: number, token: string) => post(node, "/token/revoke", { token })
  }
}

/** Asks one node after the other until one knows. */
const untilAnswered = async (ask: (node: number) => Promise<Answer>): Promise<ReadonlyArray<Answer>> => {
  const answers: Array<Answer> = []
  for (let node = 0; node < 200; node++) {
    const answer = await ask(node)
    answers.push(answer)
    if (answer.status < 500) return answers
  }
  return assert.fail("no node knew in 200 attempts")
}

const at = <A>(list: ReadonlyArray<A>): A => list.at(-1)!
const six = <A>(ask: (index: number) => Promise<A>) => Promise.all(Array.from({ length: 6 }, (_, index) => ask(index)))

describe("two Sentinels on one PostgreSQL", () => {
  it.live(
    "R32, R65, R67, R74: whatever connection is cut, a code works once, a refresh has one successor, and what is revoked stays so",
    () =>
      Effect.gen(function* () {
        const seed = yield* Random.nextIntBetween(0, 1_000_000_000)
        const url = Object.assign(new URL(postgres.url), { search: "?application_name=sentinel_node" }).href
        const cables = yield* Effect.all([cable(url), cable(url)]).pipe(Random.withSeed(seed))
        const sentinel = yield* config(redirectUri, users)
        const nodes = yield* Effect.forEach(cables, ({ url }) => sentinelNode(sentinel, { url }))
        const admin = Context.get(yield* Layer.build(sqlClient(postgres.url)), SqlClient.SqlClient)
        const store = Context.get(yield* Layer.build(sentinelStore(postgres.url)), SentinelStore)
        const run = Effect.runPromiseWith(yield* Effect.context())
        const app = application(nodes)
        const isAlive = (access: string | undefined) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            store.findAccess(createHash("sha256").update(access!).digest("hex"), now)
          ).pipe(Effect.map(Option.isSome), run)
        /** As an operator does it, or a failover. */
        const terminate = () =>
          run(
            admin`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'sentinel_node'`
          )

        const start = authorizeUrl(base(nodes[0]!), { client_id: clientId, redirect_uri: redirectUri })
        const codes = yield* Effect.promise(async () => {
          const signIn = async (index: number) => {
            const browser = new UserAgent()
            const { url } = await browser.fillIn(await browser.visit(start), userOf(index))
            return url.searchParams.get("code")!
          }
          return Promise.all(Array.from({ length: users }, (_, index) => signIn(index)))
        })

        let unknown = 0
        let lost = 0
        const flow = async (index: number) => {
          const code = codes[index]!
          const name = `seed ${seed}, flow ${index}`
          const redirect = (node: number) => app.redeem(node, code)
          if (index % 4 === 0) {
            // Rivals: one wins at most, and who comes second ends what the first one got.
            const answers = (await six((first) => untilAnswered((node) => redirect(first + node)))).flat()
            const won = answers.filter(({ status }) => status === 200)
            assert.isAtMost(won.length, 1, `R32, ${name}: a code worked twice`)
            assert.isTrue(answers.some(({ status }) => status === 400))
            for (const { access } of won) assert.isFalse(await isAlive(access), `R33, ${name}: a stolen code's token`)
            return
          }
          const redeemed = await untilAnswered(redirect)
          unknown += redeemed.length - 1
          const first = at(redeemed)
          if (first.status === 400) {
            // The answer was lost, so the application begins again. No tokens of this code are in use.
            assert.isAbove(redeemed.length, 1, `R32, ${name}: a code that was not used did not work`)
            lost += 1
            return
          }
          const given = [first]
          for (let generation = 0; generation < 2; generation++) {
            const { refresh } = at(given)
            const ask = (from: number) => untilAnswered((node) => app.refresh(from + node, refresh!))
            const answers = await six(ask)
            unknown += answers.flat().length - 6
            for (const answer of answers) {
              assert.deepStrictEqual(at(answer), at(answers[0]!), `R65, R67, ${name}: all get the same answer`)
              assert.strictEqual(at(answer).status, 200, `R67, ${name}: an answer that was lost is given again`)
            }
            given.push(at(answers[0]!))
            if (index % 8 === 3) await terminate()
          }
          if (index % 4 === 3) {
            assert.isTrue(await isAlive(at(given).access), name)
            return
          }
          const { refresh } = at(given)
          const [, rotated] = await Promise.all([
            untilAnswered((node) => app.revoke(node, refresh!)),
            untilAnswered((node) => app.refresh(node + 1, refresh!))
          ])
          if (at(rotated).status === 200) given.push(at(rotated))
          for (const { access, refresh } of given) {
            assert.isFalse(await isAlive(access), `R74, ${name}: an access token lives on`)
            const answer = at(await untilAnswered((node) => app.refresh(node, refresh!)))
            assert.strictEqual(answer.status, 400, `R74, ${name}: a refresh token lives on`)
          }
        }

        yield* Effect.forEach(cables, ({ storm }) => storm(0.12))
        yield* Effect.promise(async () => {
          for (let begin = 0; begin < users; begin += 8)
            await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((more) => flow(begin + more)))
        })
        const counts = cables.flatMap(({ cuts }) => [...cuts] as Array<[Fate, number]>)
        for (const [fate, count] of counts) assert.isAbove(count, 0, `no connection was cut: ${fate}`)
        assert.isAbove(unknown, 0, "no request was disturbed")
      }),
    300_000
  )
})
