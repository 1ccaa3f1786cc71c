/** Each error of what is inside, as a LeAuthError, and what is logged. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Domains from "@le-auth/core/Domains"
import * as IdToken from "@le-auth/core/IdToken"
import * as TokenError from "@le-auth/core/TokenError"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import { DatabaseError } from "@le-auth/node/NodeDatabase"
import { ServiceError } from "@le-auth/web/ServiceCall"
import * as WebApplication from "@le-auth/web/WebApplication"
import { inspect } from "node:util"
import { runInNewContext } from "node:vm"
import { createLeAuth, isLeAuthError, LeAuthError, type LeAuthErrorTag, type Logger } from "../src/index.ts"
import * as Errors from "../src/internal/errors.ts"
import * as Log from "../src/internal/log.ts"
import { cleanup, recorder, rejection } from "./Application.ts"
import { emptyData, mapStores } from "./MapStores.ts"
import { credentials, origin, redirectUri, start } from "./Sentinel.ts"

const { end, ends, make } = cleanup()
afterEach(end)

const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  () =>
    Response.json(body, { status, headers })

type About = Partial<Pick<LeAuthError, "_tag" | "status" | "startAgain" | "retryAfter" | "sent">>

/** What Sentinel answers to a refresh. */
const refreshes: ReadonlyArray<[string, () => Response | Promise<Response>, About]> = [
  ["invalid_grant", json(400, { error: "invalid_grant" }), { _tag: "SessionEnded", status: 401, startAgain: true }],
  ["invalid_client", json(401, { error: "invalid_client" }), { _tag: "InvalidClient", status: 401, startAgain: true }],
  [
    "unauthorized_client",
    json(400, { error: "unauthorized_client" }),
    { _tag: "Refused", status: 502, startAgain: false }
  ],
  [
    "429",
    json(429, { error: "slow_down" }, { "retry-after": "7" }),
    { _tag: "RateLimited", status: 429, retryAfter: 7, sent: false, startAgain: false }
  ],
  ["451", json(451, { error: "blocked" }), { _tag: "Blocked", status: 403, startAgain: false }],
  ["500", json(500, {}), { _tag: "Unavailable", status: 503, sent: true, startAgain: false }],
  [
    "503 with Retry-After",
    json(503, {}, { "retry-after": "9" }),
    { _tag: "Unavailable", status: 503, sent: false, retryAfter: 9, startAgain: false }
  ],
  ["a page", () => new Response("<html>", { status: 200 }), { _tag: "BadResponse", status: 502, sent: true }],
  ["a broken connection", () => Promise.reject(new Error("planted")), { _tag: "Unavailable", status: 503 }]
]

describe("a refresh", () => {
  for (const [title, answer, expected] of refreshes) {
    it(`that Sentinel answers with ${title} is ${expected._tag}`, async () => {
      const { auth, browser, sentinel } = make()
      const mine = browser()
      await mine.signIn()
      const token = await auth.accessToken(mine.headers)
      sentinel.plan("/token", answer)
      const error = await rejection(auth.accessToken(mine.headers, { unless: token }))
      assert.deepInclude({ ...error }, expected)
      const shown = inspect(error, { depth: 12, showHidden: true })
      assert.isUndefined(error.cause)
      assert.strictEqual(error.name, "LeAuthError")
      for (const secret of [token, credentials.clientSecret, "planted", ...mine.cookies.values()]) {
        assert.notInclude(shown, secret)
      }
    })
  }
})

describe("a call", () => {
  const tagOf = async (
    call: (auth: ReturnType<typeof make>["auth"], headers: { headers: object }) => Promise<unknown>,
    plans: ReadonlyArray<[string, () => Response]> = []
  ) => {
    const { auth, browser, sentinel } = make()
    const mine = browser()
    await mine.signIn()
    for (const [path, answer] of plans) sentinel.plan(path, answer)
    return rejection(call(auth, mine.headers))
  }
  /** Only bytes have a size. */
  const streamed = (chunk: unknown) => ({
    method: "POST",
    body: new ReadableStream({
      start: (controller) => {
        controller.enqueue(chunk)
        controller.close()
      }
    })
  })
  const host = json(200, { service: "msgHist", account: "12345678", baseURI: "liveperson.evil.example" })

  for (const [tag, status, call, plans] of [
    ["UnknownService", 502, (auth, who) => auth.callApi(who as never, "nothing", "/")],
    ["UnknownAccount", 502, (auth) => auth.serviceOrigin("999", "sentinel")],
    ["HostNotAllowed", 502, (auth, who) => auth.callApi(who as never, "msgHist", "/"), [["/msgHist/", host]]],
    ["InvalidArgument", 400, (auth, who) => auth.callApi(who as never, "accountConfigReadOnly", "//elsewhere")],
    ["InvalidArgument", 400, (auth) => auth.session(undefined as never)],
    ["InvalidArgument", 400, (auth) => auth.session({ headers: Promise.resolve() } as never)],
    ["InvalidArgument", 400, (auth) => auth.sessions("no account")],
    ["InvalidArgument", 400, (auth, who) => auth.callApi(who as never, "accountConfigReadOnly", "/", streamed("text"))],
    ["InvalidArgument", 400, (auth, who) => auth.callApi(who as never, "accountConfigReadOnly", "/", streamed(null))],
    // Null where a program has no options.
    ["NotSignedIn", 401, (auth) => auth.accessToken({ headers: {} }, null as never)],
    ["NotSignedIn", 401, (auth) => auth.callApi({ headers: {} }, "accountConfigReadOnly", "/", null as never)],
    ["NotSignedIn", 401, (auth) => auth.callApi({ headers: {} }, "accountConfigReadOnly", "/")],
    ["NotSignedIn", 401, (auth) => auth.accessToken({ accountId: "12345678", subject: "nobody" })]
  ] as ReadonlyArray<[LeAuthErrorTag, number, Parameters<typeof tagOf>[0], Parameters<typeof tagOf>[1]]>) {
    it(`${String(call).replace(/\s+/g, " ")} is ${tag}`, async () => {
      const error = await tagOf(call, plans)
      assert.deepInclude({ ...error }, { _tag: tag, status, startAgain: status === 401 })
    })
  }

  it("with a store that fails is Store, and what the store said is in the message alone", async () => {
    const data = emptyData()
    const stores = mapStores(data)
    let isAway = false
    const application = make({
      store: {
        ...stores,
        browsers: {
          ...stores.browsers,
          get: (id) => (isAway ? Promise.reject(new Error("the disk is full")) : stores.browsers.get(id))
        }
      }
    })
    const mine = application.browser()
    await mine.signIn()
    isAway = true
    const error = await rejection(application.auth.session(mine.headers))
    assert.deepInclude({ ...error }, { _tag: "Store", status: 503, startAgain: false })
    assert.include(error.message, "the disk is full")
    assert.isUndefined(error.cause)
  })

  it("that fails unexpectedly gives an error that holds nothing, and the log has it", async () => {
    const { auth, browser, lines } = make()
    const mine = browser()
    await mine.signIn()
    const broken = {
      get headers(): never {
        throw Object.assign(new Error("boom"), { inner: "planted" })
      }
    }
    const error = await auth.session(broken).catch((error: unknown) => error)
    assert.isFalse(isLeAuthError(error))
    assert.instanceOf(error, Error)
    assert.deepStrictEqual(Object.keys(error as object), [])
    assert.isUndefined((error as Error).cause)
    assert.notInclude(inspect(error, { depth: 9 }), "boom")
    assert.match(lines.join("\n"), /^error session failed unexpectedly .*boom/m)
  })
})

describe("the table", () => {
  const at = { host: "host", sent: false }
  const transport = (tag: Parameters<typeof TransportProblem.make>[0], sent = false) =>
    TransportProblem.make(tag, { ...at, sent })
  const token = (reason: TokenError.TokenErrorReason, operation: "refresh" | "exchange" | "revoke" = "revoke") =>
    new TokenError.TokenError({ operation, reason })
  const unavailable = (tag: Parameters<typeof TransportProblem.make>[0]) =>
    new TokenError.Unavailable({ problem: "p", transport: transport(tag), sent: false })
  const rows: ReadonlyArray<[Error, About]> = [
    [token(new TokenError.Timeout({})), { _tag: "Timeout", status: 504, sent: true }],
    [token(new TokenError.Timeout({}), "exchange"), { _tag: "Timeout", startAgain: true }],
    [
      token(new TokenError.InvalidClient({ error: "invalid_client" })),
      { _tag: "InvalidClient", status: 502, startAgain: false }
    ],
    [token(unavailable("ConnectTimeout")), { _tag: "Timeout", status: 504, sent: false }],
    [token(unavailable("CertificateUntrusted")), { _tag: "Unavailable", status: 503, sent: false }],
    [token(unavailable("AnswerTooLarge")), { _tag: "BadResponse", status: 502 }],
    [
      new Domains.DomainsError({ reason: new Domains.Unavailable({ problem: "p", status: 429, retryAfter: 3 }) }),
      { _tag: "RateLimited", status: 429, retryAfter: 3, sent: false }
    ],
    [
      new Domains.DomainsError({ reason: new Domains.Unavailable({ problem: "p", status: 500 }) }),
      { _tag: "Unavailable", status: 503, sent: false }
    ],
    [
      new Domains.DomainsError({ reason: new Domains.UnknownAccount({ accountId: AccountId.make("1") }) }),
      { _tag: "UnknownAccount", status: 502 }
    ],
    [
      new ServiceError({ service: "s", reason: transport("AnswerTimeout", true) }),
      { _tag: "Timeout", status: 504, sent: true }
    ],
    [
      new ServiceError({ service: "s", reason: transport("ConnectionReset", true) }),
      { _tag: "Unavailable", sent: true }
    ],
    [new ServiceError({ service: "s", reason: transport("Undecodable", true) }), { _tag: "BadResponse", sent: true }],
    [
      new IdToken.IdTokenError({ reason: "Expired", problem: "p" }),
      { _tag: "BadResponse", status: 502, startAgain: true }
    ],
    [new WebApplication.NoRedirectUri(), { _tag: "Settings", status: 500 }],
    [new DatabaseError({ database: "d", problem: "p" }), { _tag: "Store", status: 503 }]
  ]
  it("has the tag, the status, and what to do", () => {
    for (const [error, expected] of rows) {
      const made = Errors.fromKnown(error)!
      assert.deepInclude({ ...made }, expected, error.message)
      assert.include(made.message, error.message.slice(0, 20))
    }
    assert.isUndefined(Errors.fromKnown(new Error("other")))
    assert.isUndefined(Errors.fromKnown({ _tag: "NotSignedIn" }))
    assert.isUndefined(Errors.fromKnown(Object.assign(new Error("other"), { _tag: "Other" })))
  })

  it("is known by its shape, also one of another copy", async () => {
    const copy = (await import(/* @vite-ignore */ `../src/LeAuthError.ts?${"copy"}`)) as {
      LeAuthError: typeof LeAuthError
    }
    assert.isFalse(new copy.LeAuthError({ _tag: "Store", message: "m", status: 503 }) instanceof LeAuthError)
    assert.isTrue(isLeAuthError(new copy.LeAuthError({ _tag: "Store", message: "m", status: 503 })))
    assert.isFalse(isLeAuthError(new Error("m")))
    assert.isFalse(isLeAuthError({ name: "LeAuthError", _tag: "Store" }))
  })

  it("is known by its shape, also one of another realm, such as that of Jest", () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new Error("m"), { name: "LeAuthError", _tag: "Store", status: 503, startAgain: false })`
    )
    assert.isFalse(foreign instanceof Error)
    assert.isTrue(isLeAuthError(foreign))
  })

  it("has all that a program reads of it, or is another's", () => {
    const whole = { name: "LeAuthError", _tag: "Store", status: 503, startAgain: false }
    assert.isTrue(isLeAuthError(Object.assign(new Error("m"), whole)))
    for (const name of ["_tag", "status", "startAgain"] as const) {
      assert.isFalse(isLeAuthError(Object.assign(new Error("m"), { ...whole, [name]: undefined })), name)
    }
    for (const value of [undefined, null, "LeAuthError", () => undefined, []]) assert.isFalse(isLeAuthError(value))
  })
})

describe("the logger", () => {
  it("hears what happens, with fields and without secrets", async () => {
    const { auth, browser, lines, sentinel } = make()
    const mine = browser()
    await mine.signIn()
    const token = await auth.accessToken(mine.headers)
    sentinel.plan("/baseURI.json", () => new Response(null, { status: 500 }))
    await mine.send("/auth/callback?code=planted-code&state=planted-state")
    const text = lines.join("\n")
    assert.match(text, /^(?:info|warn) .*\{.*\}$/m)
    for (const secret of [token, "planted", credentials.clientSecret, ...mine.cookies.values()]) {
      assert.notInclude(text, secret)
    }
  })

  it("hears the words of an error that is a detail of a line", () => {
    const { lines, logger } = recorder()
    Effect.runSync(
      Effect.provide(Effect.logWarning("No store", new Error("connect ECONNREFUSED")), Log.layer(Log.safely(logger)))
    )
    assert.lengthOf(lines, 1)
    assert.include(lines[0], "warn No store")
    assert.include(lines[0], "connect ECONNREFUSED")
  })

  it("that throws, or rejects, harms nothing", async () => {
    const sentinel = start()
    const failing = {
      info: () => {
        throw new Error("no disk")
      },
      warn: () => Promise.reject(new Error("no disk")),
      error: () => {
        throw new Error("no disk")
      }
    } as unknown as Logger
    const auth = createLeAuth({
      ...credentials,
      redirectUri,
      domainApi: origin,
      fetch: sentinel.fetch,
      env: {},
      logger: failing
    })
    ends.push(sentinel.dispose, auth.dispose)
    const answer = await auth.handler(new Request("http://localhost:3000/auth/callback?code=a&state=b"))
    assert.strictEqual(answer.status, 400)
    for (const level of ["info", "warn", "error"] as const) Log.safely(failing)[level]("message", {})
    await new Promise((resolve) => setImmediate(resolve))
  })

  it("is called as a method, and without one there is the console", () => {
    class Own {
      readonly heard: Array<string> = []
      info(message: string) {
        this.heard.push(message)
      }
      warn(message: string) {
        this.heard.push(message)
      }
      error(message: string) {
        this.heard.push(message)
      }
    }
    const own = new Own()
    Log.safely(own).warn("a warning", {})
    assert.deepStrictEqual(own.heard, ["a warning"])
    const { warn } = console
    const seen: Array<unknown> = []
    console.warn = (...parts: ReadonlyArray<unknown>) => void seen.push(parts)
    try {
      Log.safely().warn("a warning", {})
      Log.safely().warn("a warning", { a: 1 })
    } finally {
      console.warn = warn
    }
    assert.deepStrictEqual(seen, [["le-auth: a warning"], ["le-auth: a warning", { a: 1 }]])
  })
})
