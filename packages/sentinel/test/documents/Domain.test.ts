import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, otherAccount, start, type Running } from "../Harness.ts"

const host = "sentinel.example:8443"
const sentinel = { publicOrigin: `https://${host}` }

const prefixes = ["api", "csdr"]
const endings = [".json", ""]
const queries = ["", "?version=1.0", "?version=1", "?version=2.0&v=1.0", "?version="]
const spellings = prefixes.flatMap((prefix) =>
  endings.flatMap((ending) => queries.map((query) => ({ prefix, ending, query })))
)
type Spelling = (typeof spellings)[number]

const one = ({ ending, prefix, query }: Spelling, id: string, service: string) =>
  `/${prefix}/account/${id}/service/${service}/baseURI${ending}${query}`
const all = ({ ending, prefix, query }: Spelling, id: string) =>
  `/${prefix}/account/${id}/service/baseURI${ending}${query}`

const ask = Effect.fnUntraced(function* (running: Running, path: string, init?: RequestInit) {
  const response = yield* running.fetch(path, init)
  const text = yield* Effect.promise(() => response.text())
  return {
    status: response.status,
    readers: response.headers.get("access-control-allow-origin"),
    allow: response.headers.get("allow"),
    body: (text === "" ? {} : JSON.parse(text)) as {
      readonly error?: string
      readonly service?: string
      readonly account?: string
      readonly baseURI?: string
      readonly baseURIs?: ReadonlyArray<{ service: string; account: string; baseURI: string }>
    }
  }
})

describe("the Domain API", () => {
  it.effect("R100: every spelling gives the host of every service of every account, and so does the list", () =>
    Effect.gen(function* () {
      const running = yield* start(sentinel)
      for (const spelling of spellings) {
        for (const id of [account, otherAccount]) {
          const list = yield* ask(running, all(spelling, id))
          assert.strictEqual(list.status, 200)
          assert.strictEqual(list.readers, "*")
          const { baseURIs = [] } = list.body
          assert.includeMembers(
            baseURIs.map(({ service }) => service),
            ["sentinel", "accountConfigReadOnly", "faasGW", "faasUI", "asyncMessagingEnt", "idp", "conversationVep"]
          )
          for (const entry of baseURIs) {
            assert.deepStrictEqual(entry, { service: entry.service, account: id, baseURI: host })
          }
          for (const service of ["sentinel", "faasGW"]) {
            const answer = yield* ask(running, one(spelling, id, service))
            assert.deepStrictEqual(answer.body, { service, account: id, baseURI: host })
            assert.strictEqual(answer.readers, "*")
          }
        }
      }
    })
  )

  it.effect("R100: an unknown account and an unknown service are refused in every spelling, for pages to read", () =>
    Effect.gen(function* () {
      const running = yield* start(sentinel)
      for (const spelling of spellings) {
        for (const path of [all(spelling, "99999999"), one(spelling, "99999999", "sentinel")]) {
          const { body, readers, status } = yield* ask(running, path)
          assert.deepStrictEqual([status, readers, body.error], [401, "*", "unauthorized"])
        }
        for (const service of ["Sentinel", "sentinel%20", "__proto__", "constructor"]) {
          const { body, readers, status } = yield* ask(running, one(spelling, account, service))
          assert.deepStrictEqual([status, readers, body.error], [404, "*", "not_found"])
        }
      }
    })
  )

  it.effect.each([
    ["services=faasGW", ["faasGW"]],
    ["services=msgHist,sentinel,nothing,", ["sentinel", "msgHist"]],
    ["services=sentinel&version=1.0&services=%20idp", ["sentinel", "idp"]],
    ["services=nothing", []]
  ] as const)("R100: %s is a filter of the list", ([query, names]) =>
    Effect.gen(function* () {
      const running = yield* start(sentinel)
      const { body } = yield* ask(running, `/api/account/${account}/service/baseURI.json?${query}`)
      assert.deepStrictEqual(
        body.baseURIs?.map(({ service }) => service),
        [...names]
      )
    })
  )

  it.effect("R100: a page of every origin may read it by a plain GET, and is allowed nothing more", () =>
    Effect.gen(function* () {
      const running = yield* start(sentinel)
      const path = `/api/account/${account}/service/baseURI`
      const asked = yield* running.fetch(path, {
        method: "OPTIONS",
        headers: { origin: "https://page.example", "access-control-request-headers": "authorization" }
      })
      assert.strictEqual(asked.status, 204)
      assert.strictEqual(asked.headers.get("access-control-allow-origin"), "*")
      for (const name of ["headers", "methods", "credentials"]) {
        assert.isNull(asked.headers.get(`access-control-allow-${name}`))
      }
      const posted = yield* ask(running, path, { method: "POST" })
      assert.deepStrictEqual([posted.status, posted.readers, posted.allow], [405, "*", "GET, HEAD"])
      // The answers of all other routes are for their own origin.
      const { headers } = yield* running.fetch("/sentinel/well-known/jwks")
      assert.isNull(headers.get("access-control-allow-origin"))
    })
  )
})
