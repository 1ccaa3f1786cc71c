/** Many logins at once, over real connections. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import { createServer } from "node:http"
import { setTimeout } from "node:timers/promises"
import { patiently } from "../Harness.ts"

const account = "12345678"
const client = { client_id: "11111111-1111-4111-8111-111111111111", client_secret: "development-only-secret" }
/** The only one, so that no request has to name it. */
const redirectUri = "http://localhost:3000/callback"
const agent = { username: "agent@example.com", password: "agent" }

/** Behind a proxy on this computer that says where requests come from. */
const trustedProxies = [IpNetwork.fromStringUnsafe("127.0.0.0/8")]

const server = (options: {
  readonly trustedProxies?: ReadonlyArray<IpNetwork.IpNetwork>
  readonly passwords?: Passwords.Options
}) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const layer = Sentinel.layerServerWith(options).pipe(
      Layer.provide(
        Sentinel.layerMemory(
          SentinelConfig.development({ redirectUri }),
          options.passwords && { passwords: options.passwords }
        )
      ),
      Layer.provide(NodeCrypto.layer),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
      Layer.provide(Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]))
    )
    const { address } = yield* Effect.provide(HttpServer.HttpServer, yield* Layer.build(layer))
    const origin = NetAddress.formatUrlUnsafe(address)
    const base = `${origin}/sentinel/api/account/${account}`

    const openLogin = async () => {
      const start = `${base}/authorize?response_type=code&client_id=${client.client_id}`
      const first = await fetch(start, { redirect: "manual" })
      const login = new URL(first.headers.get("location")!, start)
      const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!
      const page = await (await fetch(login, { headers: { cookie } })).text()
      const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)![1]!
      const form = { request: field("request"), token: field("token") }
      return async (credentials: typeof agent, { device, ...headers }: Record<string, string> = {}) => {
        const body = new URLSearchParams({ ...form, ...credentials })
        const cookies = device === undefined ? cookie : `${cookie}; ${device}`
        return fetch(login, { method: "POST", redirect: "manual", headers: { cookie: cookies, ...headers }, body })
      }
    }
    const token = async (parameters: Record<string, string>) => {
      const body = new URLSearchParams({ ...client, ...parameters })
      const answer = await fetch(`${base}/token?v=1.0`, { method: "POST", body })
      return { status: answer.status, json: (await answer.json()) as Record<string, string> }
    }
    return { lines, openLogin, token }
  })

/** A user that no one else tries. */
const somebody = (index: number) => ({ username: `${index}@example.com`, password: "wrong" })

const settled = (promises: ReadonlyArray<Promise<unknown>>) => {
  const count = { done: 0 }
  for (const promise of promises) void Promise.allSettled([promise]).then(() => count.done++)
  return count
}

/** The first answer with this status. */
const firstOf = <A extends { readonly status: number }>(answers: ReadonlyArray<Promise<A>>, status: number) =>
  Promise.any(
    answers.map(async (promise) => {
      const answer = await promise
      if (answer.status !== status) throw new Error(`status ${answer.status}`)
      return answer
    })
  )

describe("a rush of logins", () => {
  it.live("R86: with the strict cost, tokens are still issued at once, and who cannot be served is told so", () =>
    Effect.gen(function* () {
      const { openLogin, token } = yield* server({ passwords: { algorithm: Passwords.strict, queue: 20 } })
      yield* Effect.promise(async () => {
        const submit = await openLogin()
        const code = new URL((await submit(agent)).headers.get("location")!).searchParams.get("code")!
        let { json } = await token({ grant_type: "authorization_code", code })

        const logins = Array.from({ length: 40 }, (_, index) => submit(somebody(index)))
        const count = settled(logins)
        // The first refusal shows that the queue is full: two are looked at, twenty wait.
        const first = await firstOf(logins, 503)
        assert.strictEqual(first.headers.get("retry-after"), "5")
        assert.include(await first.text(), "Many people are signing in at the moment")
        for (let index = 0; index < 8; index++) {
          const answer = await token({ grant_type: "refresh_token", refresh_token: json["refresh_token"]! })
          assert.strictEqual(answer.status, 200)
          json = answer.json
        }
        assert.isBelow(count.done, 40, "the tokens had to wait for the logins")
        const statuses = (await Promise.all(logins)).map(({ status }) => status)
        const lookedAt = statuses.filter((status) => status === 400).length
        assert.isAtLeast(lookedAt, 21)
        assert.strictEqual(lookedAt + statuses.filter((status) => status === 503).length, 40)
        assert.strictEqual((await (await openLogin())(agent)).status, 303)
      })
    })
  )

  it.live("R85: 64 right logins of one user at once all succeed", () =>
    Effect.gen(function* () {
      const { openLogin } = yield* server({})
      const statuses = yield* Effect.promise(async () => {
        const submits = await Promise.all(Array.from({ length: 64 }, openLogin))
        return Promise.all(submits.map(async (submit) => (await submit(agent)).status))
      })
      assert.deepStrictEqual(new Set(statuses), new Set([303]))
    })
  )

  it.live("R86: while 24 guess from as many addresses, known browsers and right secrets get through at once", () =>
    Effect.gen(function* () {
      const { openLogin, token } = yield* server({
        trustedProxies,
        passwords: { algorithm: Passwords.strict, queue: 16 }
      })
      yield* Effect.promise(async () => {
        const submit = await openLogin()
        const first = await submit(agent, { "x-forwarded-for": "203.0.113.1" })
        const code = new URL(first.headers.get("location")!).searchParams.get("code")!
        let { json } = await token({ grant_type: "authorization_code", code })
        const device = first.headers.getSetCookie().find((cookie) => cookie.startsWith("sentinel-device-"))!
        const known = await Promise.all(Array.from({ length: 3 }, openLogin))

        const over = new AbortController()
        const guessers = Array.from({ length: 24 }, async (_, index) => {
          const guess = await openLogin()
          const from = { "x-forwarded-for": `${index + 1}.0.0.1` }
          while (!over.signal.aborted) {
            await (await guess(somebody(index % 20), from)).text()
            await setTimeout(50)
          }
        })
        for (const [index, each] of known.entries()) {
          const from = { "x-forwarded-for": `203.0.${index}.9`, device: device.split(";")[0]! }
          assert.strictEqual((await each(agent, from)).status, 303)
          const answer = await token({ grant_type: "refresh_token", refresh_token: json["refresh_token"]! })
          assert.strictEqual(answer.status, 200)
          json = answer.json
        }
        over.abort()
        await Promise.allSettled(guessers)
      })
    })
  )

  it.effect("R85: of many parallel guesses at one password a handful is looked at", () =>
    Effect.gen(function* () {
      const { openLogin } = yield* server({})
      const answers = yield* Effect.promise(async () => {
        const submit = await openLogin()
        const wrong = { ...agent, password: "wrong" }
        const answers = Array.from({ length: 80 }, () => submit(wrong))
        // 64 wait, and the others are told to come back. As soon as one is, all are there.
        await firstOf(answers, 429)
        return answers
      })
      const statuses = yield* patiently(
        Effect.promise(async () => (await Promise.all(answers)).map(({ status }) => status))
      )
      // Five are free, and the pauses of 1, 2 and 4 seconds are over before they have waited for too long.
      const lookedAt = statuses.filter((status) => status === 400).length
      assert.isAtLeast(lookedAt, 5)
      assert.isAtMost(lookedAt, 8)
      assert.strictEqual(statuses.filter((status) => status === 429).length, 80 - lookedAt)
    })
  )

  it.effect("R85: failures from one address slow it down, whatever it says of itself, and no other address", () =>
    Effect.gen(function* () {
      const direct = yield* server({})
      const proxied = yield* server({ trustedProxies })
      yield* Effect.promise(async () => {
        for (const { openLogin, isDirect } of [
          { ...direct, isDirect: true },
          { ...proxied, isDirect: false }
        ]) {
          const submit = await openLogin()
          const from = (address: string) => ({ "x-forwarded-for": address })
          for (let index = 0; index < 100; index++) {
            const address = isDirect ? `192.0.2.${index}` : `2001:db8:1:2::${index}`
            assert.strictEqual((await submit(somebody(index), from(address))).status, 400)
          }
          const same = await submit(agent, from(isDirect ? "198.51.100.1" : "2001:db8:1:2:3::4"))
          assert.strictEqual(same.status, 429)
          const other = await submit(agent, from(isDirect ? "198.51.100.2" : "2001:db8:1:3::1"))
          assert.strictEqual(other.status, isDirect ? 429 : 303)
        }
      })
    })
  )

  it.effect("R85: says once that X-Forwarded-For of an unknown proxy is not believed", () =>
    Effect.gen(function* () {
      const count = (lines: ReadonlyArray<string>) =>
        lines.filter((line) => line.includes("X-Forwarded-For, and its sender is not a trusted proxy")).length
      for (const [options, expected] of [
        [{}, 1],
        [{ trustedProxies: [IpNetwork.fromStringUnsafe("10.0.0.0/8")] }, 1],
        [{ trustedProxies: [] }, 0],
        [{ trustedProxies }, 0]
      ] as const) {
        const { lines, openLogin } = yield* server(options)
        yield* Effect.promise(async () => {
          const submit = await openLogin()
          assert.strictEqual(count(lines), 0)
          for (const address of ["192.0.2.1", "192.0.2.2"]) await submit(agent, { "x-forwarded-for": address })
        })
        assert.strictEqual(count(lines), expected)
      }
    })
  )
})
