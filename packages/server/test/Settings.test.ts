/** What is wrong with the settings, and the one instance of a process. */
import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { createLeAuth, isLeAuthError, type Options } from "../src/index.ts"
import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { cleanup, recorder, rejection } from "./Application.ts"
import { emptyData, mapStores } from "./MapStores.ts"
import { credentials, origin, redirectUri, start } from "./Sentinel.ts"

const { end, ends, make } = cleanup()
afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  await end()
})

const { logger } = recorder()
const good = { ...credentials, redirectUri, domainApi: origin, logger, env: {} }

const circle: { home?: unknown } = {}
circle.home = circle

/** The lines of the problems. */
const problems = async (options: object): Promise<ReadonlyArray<string>> => {
  const auth = createLeAuth(options as Options)
  ends.push(auth.dispose)
  const error = await rejection(auth.ready)
  assert.deepInclude({ ...error }, { _tag: "Settings", status: 500, startAgain: false })
  return error.message
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^ *- /, ""))
}

describe("a Node that is too old", () => {
  const on = async (versions: Record<string, string>) => {
    vi.stubGlobal("process", { ...process, versions, env: {} })
    const auth = createLeAuth(good)
    ends.push(auth.dispose)
    await auth.ready
  }

  it("is named, and so is the one that is needed, as the package says", async () => {
    const { message } = await rejection(on({ node: "20.20.2" }))
    assert.strictEqual(message, "This is Node 20.20.2. @le-auth/server needs Node 22.19.0 or newer.")
    const packageJson = readFileSync(new URL("../package.json", import.meta.url), "utf8")
    assert.include(packageJson, '"node": ">=22.19.0"')
    await end()
    assert.include((await rejection(on({ node: "22.18.1" }))).message, "22.18.1")
  })

  it("is none that another runtime is like, and a new one is good", async () => {
    for (const versions of [{ node: "20.1.0", bun: "1.3.0" }, { node: "22.19.0" }, { node: "26.0.0" }, {}]) {
      await on(versions)
      await end()
    }
  })
})

describe("settings", () => {
  it("that are missing are all named at once, by variable and option", async () => {
    assert.deepStrictEqual(await problems({ env: {}, logger }), [
      "LE_AUTH_ACCOUNT_ID (option accountId) is missing",
      "LE_AUTH_CLIENT_ID (option clientId) is missing",
      "LE_AUTH_CLIENT_SECRET (option clientSecret) is missing"
    ])
    assert.deepStrictEqual(await problems({ ...good, redirectUri: undefined, api: {}, cookiePrefix: "inbox" }), [
      "LE_AUTH_REDIRECT_URI (option redirectUri) is missing, and cookiePrefix, api given: users sign in with both"
    ])
  })

  it("that are wrong are all named at once, and no value is in a message", async () => {
    const found = await problems({
      accountId: "planted account",
      clientId: "planted-é",
      clientSecret: "planted\nsecret",
      redirectUri: "http://planted.example/callback",
      domainApi: "planted",
      developmentHosts: ["sentinel", "planted.example"],
      authorizeOrigin: "planted",
      store: "planted://user:planted@host",
      sealKeys: ["planted"],
      basePath: "planted",
      strippedPrefix: "/planted/..",
      paths: { home: "//planted" },
      cookiePrefix: "planted;",
      frameAncestors: ["planted"],
      api: { some: { paths: ["/a"], methods: ["PLANTED"] } },
      fetch: "planted",
      clientID: "planted",
      env: {},
      logger
    })
    const names = [
      "clientID is not an option of createLeAuth",
      "LE_AUTH_ACCOUNT_ID (option accountId)",
      "LE_AUTH_CLIENT_ID (option clientId)",
      "LE_AUTH_CLIENT_SECRET (option clientSecret)",
      "LE_AUTH_REDIRECT_URI (option redirectUri)",
      "LE_AUTH_DOMAIN_API (option domainApi)",
      "LE_AUTH_DEVELOPMENT_HOSTS (option developmentHosts)",
      "LE_AUTH_AUTHORIZE_ORIGIN (option authorizeOrigin)",
      "LE_AUTH_SEAL_KEYS (option sealKeys)",
      "LE_AUTH_STORE (option store)",
      "basePath",
      "strippedPrefix",
      "paths.home",
      "cookiePrefix",
      "frameAncestors",
      "fetch",
      "api.some.methods"
    ]
    assert.deepStrictEqual(
      names.map((name) => found.find((line) => line.startsWith(name))?.slice(0, name.length)),
      names
    )
    assert.lengthOf(found, names.length)
    assert.notMatch(found.join("\n"), /planted/i)
  })

  for (const [title, options, expected] of [
    [
      "a database without seal keys",
      { store: "postgres://user:planted@host/db" },
      /LE_AUTH_SEAL_KEYS \(option sealKeys\) is missing/
    ],
    // Such as `[process.env.NOT_SET]`: it must not mean that sessions are stored in clear.
    [
      "a seal key that is missing",
      { sealKeys: [undefined], store: mapStores() },
      /^sealKeys has an entry without a text$/m
    ],
    [
      "an empty seal key",
      { sealKeys: ["k".repeat(44), " "], store: mapStores() },
      /^sealKeys has an entry without a text$/m
    ],
    ["a logger without functions", { logger: {} }, /^logger does not have the three functions/],
    ["a path that is an object", { basePath: Object.create(null) }, /^basePath is not the beginning of paths/],
    ["a circle", { paths: circle }, /^paths\.home is not a path/],
    ["a big number", { paths: { home: 1n } }, /^paths\.home is not a path/],
    [
      "a redirect URI that is an object",
      { redirectUri: Object.create(null) },
      /^LE_AUTH_REDIRECT_URI \(option redirectUri\) /
    ],
    [
      "a Domain API that is an object",
      { domainApi: { url: "planted" } },
      /^LE_AUTH_DOMAIN_API \(option domainApi\) is not a text$/
    ],
    [
      "plain http to a Domain API that is not listed",
      { domainApi: "http://planted:4400", developmentHosts: ["sentinel"] },
      /^LE_AUTH_DOMAIN_API \(option domainApi\): Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list$/
    ],
    [
      "a redirect URI in plain http that is not listed",
      { redirectUri: "http://planted:3000/auth/callback", env: { NODE_ENV: "development" } },
      /^LE_AUTH_REDIRECT_URI \(option redirectUri\): Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list$/
    ],
    [
      "a redirect URI in plain http under a public name, whatever is listed",
      { redirectUri: "http://planted.example/auth/callback", developmentHosts: ["app"], env: { NODE_ENV: "test" } },
      /^LE_AUTH_REDIRECT_URI \(option redirectUri\): Expected an https redirect URI/
    ],
    [
      "a public name as a development host",
      { developmentHosts: ["planted.example"] },
      /^LE_AUTH_DEVELOPMENT_HOSTS \(option developmentHosts\): Expected a name that no public DNS has/
    ],
    [
      "development hosts that are an object",
      { developmentHosts: { planted: true } },
      /^LE_AUTH_DEVELOPMENT_HOSTS \(option developmentHosts\) is not a text$/
    ],
    [
      "a browser that is sent to a public origin",
      { authorizeOrigin: "https://planted.example" },
      /^LE_AUTH_AUTHORIZE_ORIGIN \(option authorizeOrigin\) is neither on this computer nor on a host of developmentHosts$/
    ],
    ["stores without a part", { store: { sessions: {} } }, /store\.sessions\.get is not a function/],
    ["a pattern that allows nothing", { api: { some: { paths: ["no slash"] } } }, /"no slash" of some allows nothing/],
    ["services without paths", { api: { some: {} } }, /api\.some has no list of paths/],
    [
      "a callback that is not below the prefix",
      { strippedPrefix: "/app" },
      /LE_AUTH_REDIRECT_URI \(option redirectUri\) does not lead below strippedPrefix/
    ],
    [
      "frames without https",
      { frameAncestors: ["https://*.liveperson.net"] },
      /LE_AUTH_REDIRECT_URI \(option redirectUri\) is not https/
    ],
    ["two kinds of installations", { installations: () => undefined }, /clientId and installations are both given/],
    [
      "routes for many accounts without a redirect URI",
      {
        installations: () => undefined,
        accountId: undefined,
        clientId: undefined,
        clientSecret: undefined,
        redirectUri: undefined,
        basePath: "/auth"
      },
      /^LE_AUTH_REDIRECT_URI \(option redirectUri\) is missing, and basePath given/
    ]
  ] as const) {
    it(`refuses ${title}`, async () => {
      const found = await problems({ ...good, ...options })
      assert.match(found.join("\n"), expected)
      assert.notInclude(found.join(), "planted")
    })
  }

  it("come from the variables, and an option wins", async () => {
    const sentinel = start()
    const env = {
      LE_AUTH_ACCOUNT_ID: "12345678",
      LE_AUTH_CLIENT_ID: "another",
      LE_AUTH_CLIENT_SECRET: credentials.clientSecret,
      LE_AUTH_REDIRECT_URI: redirectUri,
      LE_AUTH_DOMAIN_API: origin,
      LE_AUTH_STORE: "memory:",
      LE_AUTH_SEAL_KEYS: ""
    }
    const auth = createLeAuth({ env, clientId: credentials.clientId, fetch: sentinel.fetch, logger })
    ends.push(sentinel.dispose, auth.dispose)
    await auth.ready
    const login = await auth.handler(
      new Request("http://localhost:3000/auth/login", { headers: { host: "localhost:3000" } })
    )
    const location = new URL(login.headers.get("location")!)
    assert.strictEqual(location.origin, origin)
    assert.strictEqual(location.searchParams.get("client_id"), credentials.clientId)
    for (const name of Object.keys(env)) vi.stubEnv(name, env[name as keyof typeof env])
    assert.strictEqual(
      createLeAuth({ clientId: credentials.clientId, fetch: sentinel.fetch, logger }),
      auth,
      "the same from the process"
    )
    vi.unstubAllEnvs()
  })

  it("that are wrong come with each call, and createLeAuth itself throws nothing", async () => {
    const auth = createLeAuth({ env: {}, logger })
    ends.push(auth.dispose)
    assert.strictEqual(auth.loginPath({ returnTo: "/a b" }), "/auth/login?returnTo=%2Fa+b")
    const request = new Request("http://localhost:3000/auth/session")
    for (const call of [
      () => auth.handler(request),
      () => auth.session(request),
      () => auth.accessToken(request),
      () => auth.callApi(request, "service", "/path"),
      () => auth.signOut(request),
      () => auth.sessions("12345678"),
      () => auth.serviceOrigin("12345678", "service"),
      () => auth.ready
    ]) {
      assert.strictEqual((await rejection(call()))._tag, "Settings")
    }
  })
})

it("a request is looked at before settings, as frameworks that make answers in advance want to know", async () => {
  const auth = createLeAuth({ env: {}, logger })
  ends.push(auth.dispose)
  let looks = 0
  const request = new Proxy(new Request("http://localhost:3000/auth/session"), {
    get: () => {
      looks += 1
      throw new Error("there is no request")
    }
  })
  for (const [index, call] of [
    () => auth.handler(request),
    () => auth.session(request),
    () => auth.accessToken(request),
    () => auth.callApi(request, "service", "/"),
    () => auth.signOut(request),
    () => auth.verifyAppToken(request),
    () => auth.verifyWebhook(request)
  ].entries()) {
    const answer = call()
    assert.strictEqual(looks, index + 1)
    assert.strictEqual((await rejection(answer))._tag, "Settings")
  }
})

describe("one instance", () => {
  it("is kept for an installation and a store, also for another copy of the package", async () => {
    const { auth } = make()
    const copy = (await import(/* @vite-ignore */ `../src/LeAuth.ts?${"copy"}`)) as {
      createLeAuth: typeof createLeAuth
    }
    assert.notStrictEqual(copy.createLeAuth, createLeAuth)
    const again = { ...good, fetch: () => Promise.reject(new Error("another function")) }
    assert.strictEqual(copy.createLeAuth(again), auth)
    assert.strictEqual(createLeAuth({ ...again, basePath: "/auth", store: "memory:" }), auth)
    // Another installation, and another store, are other instances.
    const others = [
      createLeAuth({ ...again, clientId: "another" }),
      createLeAuth({ ...again, store: mapStores(emptyData()) }),
      createLeAuth({ ...again, store: mapStores(emptyData()) })
    ]
    assert.lengthOf(new Set([auth, ...others]), 4)
    for (const other of others) await other.dispose()
    await auth.dispose()
    const next = createLeAuth(again)
    assert.notStrictEqual(next, auth)
    await next.dispose()
  })

  it("R-F4: is not known for another object as the store, as of a module that is loaded again, and says so", async () => {
    const { lines, logger: heard } = recorder()
    const stores = mapStores(emptyData())
    const first = createLeAuth({ ...good, store: stores, logger: heard })
    ends.push(first.dispose)
    const named = createLeAuth({ ...good, store: "memory:", logger: heard })
    ends.push(named.dispose)
    assert.strictEqual(createLeAuth({ ...good, store: stores, logger: heard }), first)
    assert.isEmpty(lines)
    const second = createLeAuth({ ...good, store: mapStores(emptyData()), logger: heard })
    ends.push(second.dispose)
    assert.notStrictEqual(second, first)
    assert.match(lines.join("\n"), /^warn createLeAuth was called before .*globalThis/)
    assert.lengthOf(lines, 1)
  })

  it("shows no password of a store to a program that prints the globals", async () => {
    const auth = createLeAuth({ ...good, store: "postgres://user:planted@host/db" })
    ends.push(auth.dispose)
    const shown = Object.values(Object.getOwnPropertyDescriptors(globalThis)).filter(({ enumerable }) => enumerable)
    assert.notInclude(inspect(shown, { depth: 6 }), "planted")
    assert.notInclude(inspect(globalThis, { depth: 6 }), "planted")
    assert.strictEqual(createLeAuth({ ...good, store: "postgres://user:planted@host/db" }), auth)
  })

  it("throws for other options, says which, and no value", () => {
    make()
    const { fetch: _, ...options } = { ...good, fetch: undefined }
    try {
      createLeAuth({
        ...options,
        clientSecret: "planted-secret",
        sealKeys: ["planted-key"],
        paths: { home: "/planted" }
      })
      assert.fail("it did not throw")
    } catch (error) {
      assert.isTrue(isLeAuthError(error) && error._tag === "Settings")
      const { message } = error as Error
      assert.match(message, /with other options: fetch, clientSecret, sealKeys, paths\.|with other options: [\w, ]+\./)
      for (const name of ["clientSecret", "sealKeys", "paths", "fetch"]) assert.include(message, name)
      assert.match(message, /Call it in one module.*dispose of the first.*restart/)
      assert.notInclude(message, "planted")
    }
  })
})

describe("a build", () => {
  it("that failed is made again with the next use, after a second at the earliest", async () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    const stores = mapStores(emptyData())
    let builds = 0
    const auth = createLeAuth({
      ...good,
      // Settings are read with each build.
      get api() {
        builds += 1
        return builds < 8 ? ({ some: { paths: [""] } } as const) : undefined
      },
      store: stores
    })
    ends.push(auth.dispose)
    const first = await rejection(auth.ready)
    assert.strictEqual(first._tag, "Settings")
    const after = builds
    assert.strictEqual(await rejection(auth.session({ headers: {} })), first)
    assert.strictEqual(builds, after)
    vi.advanceTimersByTime(1001)
    builds = 8
    assert.deepStrictEqual(await auth.session({ headers: {} }), { signedIn: false })
    await auth.ready
  })

  it("is made with the first use, once", async () => {
    const sentinel = start()
    let calls = 0
    const stores = mapStores(emptyData())
    const auth = createLeAuth({
      ...good,
      store: stores,
      fetch: (...request) => ((calls += 1), sentinel.fetch(...request))
    })
    ends.push(sentinel.dispose, auth.dispose)
    await Promise.all([auth.ready, auth.ready, auth.session({ headers: {} })])
    assert.strictEqual(calls, 0)
  })
})

describe("dispose", () => {
  it("waits for what is under way, then everything rejects with Disposed", async () => {
    const application = make()
    const { auth, sentinel } = application
    const browser = application.browser()
    await browser.signIn()
    const events: Array<string> = []
    let answer = (_: Response) => {}
    sentinel.plan("/users", () => new Promise((resolve) => (answer = resolve)))
    const call = auth
      .callApi(browser.headers, "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users")
      .then(async (response) => void events.push(await response.text()))
    await vi.waitUntil(() => sentinel.received("/users").length === 1)
    const first = auth.dispose()
    assert.strictEqual(auth.dispose(), first)
    const disposed = first.then(() => void events.push("disposed"))
    assert.strictEqual((await rejection(auth.session(browser.headers)))._tag, "Disposed")
    answer(new Response("the users"))
    await Promise.all([call, disposed])
    assert.deepStrictEqual(events, ["the users", "disposed"])
    const request = new Request("http://localhost:3000/auth/session")
    for (const late of [
      auth.handler(request),
      auth.accessToken(request),
      auth.callApi(request, "a", "/b"),
      auth.signOut(request),
      auth.sessions("1"),
      auth.serviceOrigin("1", "a"),
      auth.ready
    ]) {
      assert.deepInclude({ ...(await rejection(late)) }, { _tag: "Disposed", status: 503 })
    }
  })

  it("leaves its own error to what is under way", async () => {
    const application = make()
    const { auth, sentinel } = application
    const browser = application.browser()
    await browser.signIn()
    const token = await auth.accessToken(browser.headers)
    const before = sentinel.received("/token").length
    let answer = (_: Response) => {}
    sentinel.plan("/token", () => new Promise((resolve) => (answer = resolve)))
    const error = rejection(auth.accessToken(browser.headers, { unless: token }))
    await vi.waitUntil(() => sentinel.received("/token").length > before)
    const disposed = auth.dispose()
    answer(Response.json({ error: "invalid_grant" }, { status: 400 }))
    assert.strictEqual((await error)._tag, "SessionEnded")
    await disposed
  })

  it("waits no longer than eight seconds", async () => {
    const application = make()
    const { auth, sentinel } = application
    const browser = application.browser()
    await browser.signIn()
    sentinel.plan("/users", () => new Promise(() => {}))
    const call = auth.callApi(browser.headers, "accountConfigReadOnly", "/api/users")
    const error = rejection(call)
    await vi.waitUntil(() => sentinel.received("/users").length === 1)
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const disposed = auth.dispose()
    await vi.advanceTimersByTimeAsync(8000)
    vi.useRealTimers()
    await disposed
    assert.strictEqual((await error)._tag, "Disposed")
  })

  it("ends an instance that was never used, by `await using` too", async () => {
    let kept
    {
      await using auth = createLeAuth(good)
      kept = auth
    }
    assert.strictEqual((await rejection(kept.ready))._tag, "Disposed")
  })
})
