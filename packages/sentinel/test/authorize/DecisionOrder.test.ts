/** The order in which the authorization endpoint looks at a request: section 1 of its requirements, as a table. */
import { assert, describe, it } from "@effect/vitest"
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import {
  account,
  answerOf,
  authorizePath,
  browser,
  callback,
  clientId,
  otherClientId,
  serviceClientId,
  start
} from "../Harness.ts"

const path = (query: string, accountId: string) => `/sentinel/api/account/${accountId}/authorize?${query}`

interface Request {
  account: string
  /** By name, as it is in the query. */
  readonly query: Map<string, string>
  readonly extra: Array<string>
  hasSession: boolean
  storeIsBroken: boolean
}

/**
 * Steps, each with faults that it finds and what is answered then. `touches`: two faults of one part exclude each
 * other.
 */
const steps: ReadonlyArray<{
  readonly name: string
  /** Shown with this status, sent back with this error, or sent to the login page. */
  readonly answer: number | AuthorizationErrorCode | "login"
  readonly says: RegExp
  readonly faults: ReadonlyArray<{ readonly touches: string; readonly apply: (request: Request) => unknown }>
}> = [
  {
    name: "length of the request line",
    answer: 414,
    says: /longer than/,
    faults: [{ touches: "state", apply: ({ query }) => query.set("state", "x".repeat(9000)) }]
  },
  {
    name: "form of the account id",
    answer: 404,
    says: /nothing at this address/,
    faults: [{ touches: "account", apply: (request) => (request.account = "a.b") }]
  },
  {
    name: "client_id once",
    answer: 400,
    says: /client_id (?:is missing|appears more than once)/,
    faults: [
      { touches: "", apply: ({ extra }) => extra.push("client_id=x") },
      { touches: "client", apply: ({ query }) => query.delete("client_id") }
    ]
  },
  {
    name: "account and application known",
    answer: 401,
    says: /not known/,
    faults: [
      { touches: "account", apply: (request) => (request.account = "99999999") },
      { touches: "client", apply: ({ query }) => query.set("client_id", "nobody") },
      { touches: "client", apply: ({ query }) => query.set("client_id", otherClientId) }
    ]
  },
  {
    name: "redirect URI registered",
    answer: 400,
    says: /redirect/,
    faults: [
      { touches: "redirect", apply: ({ query }) => query.set("redirect_uri", "https%3A%2F%2Fevil.example%2F") },
      { touches: "", apply: ({ extra }) => extra.push("redirect_uri=x") }
    ]
  },
  {
    name: "grant type",
    answer: "unauthorized_client",
    says: /grant type/,
    faults: [{ touches: "client", apply: ({ query }) => query.set("client_id", serviceClientId) }]
  },
  {
    name: "nothing twice",
    answer: "invalid_request",
    says: /scope appears more than once/,
    faults: [{ touches: "", apply: ({ extra }) => extra.push("scope=a", "scope=b") }]
  },
  {
    name: "version",
    answer: "invalid_request",
    says: /^v must be/,
    faults: [{ touches: "v", apply: ({ query }) => query.set("v", "9") }]
  },
  {
    name: "response type",
    answer: "unsupported_response_type",
    says: /^response_type must be code/,
    faults: [{ touches: "response_type", apply: ({ query }) => query.set("response_type", "token") }]
  },
  {
    name: "state is text",
    answer: "invalid_request",
    says: /^state is not encoded/,
    faults: [{ touches: "state", apply: ({ query }) => query.set("state", "%C3%28") }]
  },
  {
    name: "code challenge",
    answer: "invalid_request",
    says: /^code_challenge/,
    faults: [{ touches: "challenge", apply: ({ query }) => query.set("code_challenge", "short") }]
  },
  {
    name: "session",
    answer: "login",
    says: /^/,
    faults: [{ touches: "session", apply: (request) => (request.hasSession = false) }]
  },
  {
    name: "internal failure",
    answer: "server_error",
    says: /internal error/,
    faults: [{ touches: "", apply: (request) => (request.storeIsBroken = true) }]
  }
]

describe("authorize: decision order", () => {
  const send = Effect.gen(function* () {
    const points = { pkce: "supported" } as const
    const good = yield* start({ points })
    const user = browser(good)
    yield* user.signIn()
    const store: SentinelStore["Service"] = { ...good.store, findSession: () => Effect.die("planted") }
    const broken = yield* start({ points, store })
    const cookie = [...user.jar].map(([name, value]) => `${name}=${value}`).join("; ")
    return (faults: ReadonlyArray<(request: Request) => unknown>) => {
      const query = new Map([
        ["response_type", "code"],
        ["client_id", clientId]
      ])
      const request: Request = { account, query, extra: [], hasSession: true, storeIsBroken: false }
      for (const apply of faults) apply(request)
      const parameters = [...[...query].map(([name, value]) => `${name}=${value}`), ...request.extra]
      return (request.storeIsBroken ? broken : good).fetch(path(parameters.join("&"), request.account), {
        headers: request.hasSession ? { cookie } : {}
      })
    }
  })

  const expect = Effect.fnUntraced(function* (
    response: Response,
    { answer, says }: (typeof steps)[number],
    why: string
  ) {
    const location = response.headers.get("location")
    if (typeof answer === "number") {
      assert.strictEqual(response.status, answer, why)
      assert.isNull(location, why)
      assert.match((yield* Effect.promise(() => response.json())).error_description, says, why)
      return
    }
    assert.strictEqual(response.status, 302, why)
    if (answer === "login") {
      assert.match(location!, /^\/sentinel\/login\?request=/, why)
      return
    }
    assert.isTrue(location!.startsWith(`${callback}?error=`), why)
    assert.strictEqual(answerOf(response).get("error"), answer, why)
    assert.match(answerOf(response).get("error_description")!, says, why)
  })

  it.effect("R1: without a fault there is a code, and each step finds its own faults", () =>
    Effect.gen(function* () {
      const attempt = yield* send
      assert.isTrue(answerOf(yield* attempt([])).has("code"))
      for (const step of steps) {
        for (const { apply } of step.faults) yield* expect(yield* attempt([apply]), step, step.name)
      }
    })
  )

  it.effect(
    "R1: of two faults the one of the earlier step decides, for every pair of steps, and R2: nothing redirects before the redirect URI is known to be valid",
    () =>
      Effect.gen(function* () {
        const attempt = yield* send
        const covered = new Set<string>()
        for (const [index, first] of steps.entries()) {
          for (const second of steps.slice(index + 1)) {
            for (const one of first.faults) {
              for (const other of second.faults) {
                if (one.touches === other.touches && one.touches !== "") continue
                const pair = `${first.name} before ${second.name}`
                covered.add(pair)
                yield* expect(yield* attempt([other.apply, one.apply]), first, pair)
              }
            }
          }
        }
        const all = steps.flatMap((first, index) =>
          steps.slice(index + 1).map((second) => `${first.name} before ${second.name}`)
        )
        // One text cannot be too long and no text at once.
        assert.deepStrictEqual(
          all.filter((pair) => !covered.has(pair)),
          ["length of the request line before state is text"]
        )
      })
  )

  it.effect(
    "R3: an unknown account, an unknown client and a disabled one get the same answer, after the same work",
    () =>
      Effect.gen(function* () {
        const calls: Array<string> = []
        const sentinel = yield* start({
          directory: (plain) =>
            new Proxy(plain, {
              get: (target, name) => {
                calls.push(String(name))
                return target[name as keyof typeof target]
              }
            })
        })
        const seen: Array<unknown> = []
        for (const unknown of [
          authorizePath({}, "99999999"),
          authorizePath({ client_id: "99999999-1111-4111-8111-111111111111" }),
          authorizePath({ client_id: "66666666-6666-4666-8666-666666666666" }),
          authorizePath({ client_id: otherClientId })
        ]) {
          calls.length = 0
          const response = yield* sentinel.fetch(unknown)
          seen.push([response.status, yield* Effect.promise(() => response.text()), [...calls]])
        }
        for (const other of seen) assert.deepStrictEqual(other, seen[0])
        // What the answer does not say, the log does.
        const log = sentinel.lines.join("\n")
        assert.include(log, "the account is not known")
        assert.include(log, "the application is not installed in the account, or disabled")
      })
  )
})
