/** What is demanded of several nodes of a web application on every engine. */
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import { Session } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { UserAgent } from "../../../sentinel/test/proof/Loopback.ts"
import { cable, fates } from "./Cable.ts"
import { loadBalancer, type Seen } from "./LoadBalancer.ts"
import { accountId, clientSecret, config, sentinelNode, userOf } from "./sentinelNode.ts"
import { webNode, webStores } from "./webNode.ts"

export interface Engine {
  readonly name: string
  readonly url: () => string
  /** All that it holds, as text. */
  readonly dump: Effect.Effect<string, unknown>
}

const times = <A>(count: number, run: (index: number) => Promise<A>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))

const pathOf = ({ path }: Seen) => path.split("?")[0]!

/**
 * Two nodes of the application and two of Sentinel, each pair behind a balancer; `urls` is where each node has its
 * stores.
 */
const world = Effect.fnUntraced(function* (url: string, urls: ReadonlyArray<string>) {
  const front = yield* loadBalancer
  const back = yield* loadBalancer
  const { signing_keys, ...rest } = yield* config(`${front.origin}/callback`)
  const isSql = !url.startsWith("redis:")
  // With keys of the configuration on one engine, with those that the nodes make and seal on the other.
  const sentinel = url.startsWith("postgres:") ? rest : { ...rest, signing_keys: signing_keys! }
  const sentinels = yield* Effect.forEach(isSql ? [1, 2] : [1], () =>
    sentinelNode(sentinel, { publicOrigin: back.origin, ...(isSql ? { url } : {}) })
  )
  back.serve(sentinels)
  const nodes = yield* Effect.forEach(urls, (url) =>
    webNode({ stores: webStores(url), sentinel: back.origin, origin: front.origin })
  )
  front.serve(nodes)

  const sessions = Context.get(yield* Layer.build(Layer.fresh(webStores(url))), SessionStore)
  const tokenRequests = (grantType: string) =>
    back.seen.filter((seen) => pathOf(seen).endsWith("/token") && seen.question.includes(`grant_type=${grantType}`))
  return {
    front,
    back,
    tokenRequests,
    /** The access token of every session has expired. */
    makeDue: Effect.gen(function* () {
      for (const key of yield* sessions.list(AccountId.make(accountId))) {
        const session = Option.getOrThrow(yield* sessions.get(key))
        yield* sessions.set(new Session({ ...session, refreshAt: 0, expiresAt: 0 }), "any")
      }
    })
  }
})

const send = async (browser: UserAgent, url: string) => {
  const response = await browser.send(new URL(url))
  return { status: response.status, text: await response.text(), location: response.headers.get("location") }
}

/** From the application's link to the address of the callback. */
const untilCallback = async (browser: UserAgent, origin: string) => {
  const location = await (async () => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { location } = await send(browser, `${origin}/login`)
      if (location !== null) return location
    }
    return assert.fail("no sign-in could be started")
  })()
  const back = new URL(location).origin
  const page = await send(browser, location)
  if (page.location!.startsWith(origin)) return page.location!
  const form = await send(browser, new URL(page.location!, back).href)
  const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(form.text)![1]!
  const answer = await browser.send(new URL("/sentinel/login", back), {
    method: "POST",
    headers: { origin: back, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ request: field("request"), token: field("token"), ...userOf(0) })
  })
  await answer.text()
  return answer.headers.get("location")!
}

/** In any form in which a store may have written it. */
const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  ...(["hex", "base64", "base64url"] as const).map((form) => Buffer.from(secret).toString(form).replace(/=+$/, ""))
]

export const provesWebNodes = (engine: Engine): void => {
  describe(`two nodes of an application on ${engine.name}`, () => {
    it.live(
      "B3, F3, F4, H1: a sign-in begun on one is completed on the other, both refresh at once with one refresh, and no secret of it is in a dump",
      () =>
        Effect.gen(function* () {
          const { back, front, makeDue, tokenRequests } = yield* world(engine.url(), [engine.url(), engine.url()])
          const browser = new UserAgent()
          const cookies = new Set<string>()
          const keepCookies = () => [...browser.cookies("127.0.0.1").values()].forEach((value) => cookies.add(value))

          const callback = yield* Effect.promise(() => untilCallback(browser, front.origin))
          keepCookies()
          // Again and again, and to both: one completes it, and leads each that came to it to the same place.
          const answers = yield* Effect.promise(() => times(10, () => send(browser, callback)))
          keepCookies()
          for (const { status } of answers) assert.include([303, 400], status)
          const led = answers.filter(({ status }) => status === 303)
          assert.lengthOf([...new Set(led.map(({ location }) => location))], 1, "B3: one outcome")
          assert.lengthOf(tokenRequests("authorization_code"), 1)
          const begun = front.seen.find((seen) => pathOf(seen) === "/login")!
          const completed = front.seen.find((seen) => pathOf(seen) === "/callback" && seen.status === 303)!
          // It is chance who comes first of ten, but both were asked.
          assert.isTrue(front.seen.some((seen) => pathOf(seen) === "/callback" && seen.node !== begun.node))
          assert.include([0, 1], completed.node)

          for (let round = 1; round <= 3; round++) {
            yield* makeDue
            const tokens = yield* Effect.promise(() => times(20, () => send(browser, `${front.origin}/token`)))
            assert.deepStrictEqual([...new Set(tokens.map(({ status }) => status))], [200])
            assert.lengthOf([...new Set(tokens.map(({ text }) => text))], 1, "F3, F4: all get the same token")
            assert.lengthOf(tokenRequests("refresh_token"), round, "F3, F4: one refresh")
          }
          const asked = front.seen.filter((seen) => pathOf(seen) === "/token")
          for (const node of [0, 1])
            assert.lengthOf(
              asked.filter((seen) => seen.node === node),
              30
            )

          const { searchParams } = new URL(callback)
          const secrets = [searchParams.get("code")!, searchParams.get("state")!, ...cookies]
          for (const { answer } of [...tokenRequests("authorization_code"), ...tokenRequests("refresh_token")]) {
            const tokens = JSON.parse(answer) as Record<string, string>
            secrets.push(tokens["access_token"]!, tokens["refresh_token"]!)
            if (tokens["id_token"] !== undefined) secrets.push(tokens["id_token"])
          }
          // Four pairs of tokens, an id_token, the callback, the cookies of the sign-in and of both sessions.
          assert.isAtLeast(secrets.length, 14)
          for (const secret of secrets) assert.isAtLeast(secret?.length ?? 0, 20, "a secret is missing")
          const dump = yield* engine.dump
          assert.include(dump, accountId, "the sign-in itself is in the dump")
          for (const secret of [...secrets, clientSecret, userOf(0).password, "planted-seal"])
            for (const form of formsOf(secret)) assert.notInclude(dump, form)
          assert.isAbove(back.seen.length, 0)
        }),
      300_000
    )
  })
}

/** For engines that are servers. */
export const provesWebStorm = (engine: Engine): void => {
  describe(`two nodes of an application on ${engine.name}, whose connections are cut`, () => {
    it.live(
      "B3, F3, F4: a callback has one outcome at most, and a refresh has one successor that all get",
      () =>
        Effect.gen(function* () {
          const seed = yield* Random.nextIntBetween(0, 1_000_000_000)
          const cables = yield* Effect.all([cable(engine.url()), cable(engine.url())]).pipe(Random.withSeed(seed))
          const { front, makeDue, tokenRequests } = yield* world(
            engine.url(),
            cables.map(({ url }) => url)
          )
          const storm = Effect.forEach(cables, ({ storm }) => storm(0.08), { discard: true })
          const calm = Effect.forEach(cables, ({ mend }) => mend, { discard: true })
          let passed = 0
          let refused = 0
          for (let round = 0; round < 8; round++) {
            const browser = new UserAgent()
            yield* storm
            const callback = yield* Effect.promise(() => untilCallback(browser, front.origin))
            const answers = yield* Effect.promise(() => times(8, () => send(browser, callback)))
            yield* calm
            const code = new URL(callback).searchParams.get("code")!
            const wins = answers.filter(({ status }) => status === 303)
            const places = new Set(wins.map(({ location }) => location))
            assert.isAtMost(places.size, 1, `B3, seed ${seed}: a callback had two outcomes`)
            const exchanges = tokenRequests("authorization_code").filter(({ question }) => question.includes(code))
            assert.isAtMost(exchanges.length, 1, `B3, seed ${seed}: a code was sent twice`)
            for (const { status } of answers) assert.include([303, 400, 503], status, `seed ${seed}`)
            passed += places.size
            refused += answers.filter(({ status }) => status === 503).length
            if (places.size === 0) continue

            yield* makeDue
            const before = tokenRequests("refresh_token").length
            yield* storm
            const untilAnswered = async () => {
              for (let attempt = 0; attempt < 100; attempt++) {
                const answer = await send(browser, `${front.origin}/token`)
                if (answer.status !== 503) return answer
                refused += 1
              }
              return assert.fail(`seed ${seed}: no node answered`)
            }
            const tokens = yield* Effect.promise(() => times(6, untilAnswered))
            yield* calm
            assert.deepStrictEqual([...new Set(tokens.map(({ status }) => status))], [200], `F4, seed ${seed}`)
            assert.lengthOf([...new Set(tokens.map(({ text }) => text))], 1, `F3, F4, seed ${seed}: two successors`)
            const refreshes = tokenRequests("refresh_token").slice(before)
            assert.lengthOf([...new Set(refreshes.map(({ answer }) => answer))], 1, `F4, seed ${seed}`)
          }
          assert.isAbove(passed, 0)
          assert.isAbove(refused, 0, "no request was disturbed")
          for (const fate of fates) {
            const count = cables.reduce((sum, { cuts }) => sum + cuts.get(fate)!, 0)
            assert.isAbove(count, 0, `seed ${seed}: no connection was cut: ${fate}`)
          }
        }),
      300_000
    )
  })
}
