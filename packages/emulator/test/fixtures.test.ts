// @effect-diagnostics globalFetch:off
import { afterAll, assert, describe, expect, it } from "vitest"
import { sentinelTasks, type SentinelTasks } from "../src/cypress.ts"
import { makeUseSentinel } from "../src/internal/useSentinel.ts"
import { sentinelFixtures, signIn } from "../src/playwright.ts"
import { isEmulatorError, type Sentinel, startSentinel } from "../src/index.ts"
import { useSentinel } from "../src/vitest.ts"

/** Where a program would send a browser. */
const authorization = ({ env, url }: Pick<Sentinel, "env" | "url">) => {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: env["LE_AUTH_CLIENT_ID"] ?? "",
    redirect_uri: env["LE_AUTH_REDIRECT_URI"] ?? "",
    state: "a"
  })
  return `${url}/sentinel/api/account/12345678/authorize?${query}`
}

describe("useSentinel of vitest", () => {
  const sentinel = useSentinel()
  let url: string | undefined

  it("gives a Sentinel that has started", async () => {
    url = sentinel.url
    assert.match(await sentinel.approve(authorization(sentinel)), /[?&]code=/)
    await sentinel.faults.add({ action: { type: "server-error" } })
  })

  it("gives the same one to the next test, with a new state and an empty journal", async () => {
    assert.strictEqual(sentinel.url, url)
    assert.deepStrictEqual(await sentinel.faults.list(), [])
    assert.deepStrictEqual(
      (await sentinel.journal.read()).filter(({ route }) => route === "authorize"),
      []
    )
  })

  it("is a promise of it, too", async () => {
    assert.strictEqual((await sentinel).url, url)
  })
})

describe("useSentinel of any runner", () => {
  type Hook = () => Promise<void>
  const runner = () => {
    const hooks: Record<"beforeAll" | "beforeEach" | "afterAll", Array<Hook>> = {
      beforeAll: [],
      beforeEach: [],
      afterAll: []
    }
    const run = async (name: keyof typeof hooks) => {
      for (const hook of hooks[name]) await hook()
    }
    const use = makeUseSentinel(
      {
        beforeAll: (hook) => hooks.beforeAll.push(hook),
        beforeEach: (hook) => hooks.beforeEach.push(hook),
        afterAll: (hook) => hooks.afterAll.push(hook)
      },
      startSentinel
    )
    return { run, use }
  }

  it("says so if it is used too early", () => {
    const sentinel = runner().use()
    expect(() => sentinel.url).toThrow(/There is no Sentinel yet that could give "url"/)
  })

  it("keeps the state if it is told to", async () => {
    const { run, use } = runner()
    const sentinel = use({ reset: false })
    await run("beforeAll")
    await sentinel.clock.advance({ by: "1h" })
    await run("beforeEach")
    assert.notStrictEqual(String((await sentinel.clock.state()).ahead), "0s")
    await run("afterAll")
  })

  it("stops it in the end", async () => {
    const { run, use } = runner()
    const sentinel = use()
    await run("beforeAll")
    const { url } = sentinel
    await run("afterAll")
    await expect(fetch(url)).rejects.toThrow()
  })

  it("fails with the error of the start, in the hook and for those who wait", async () => {
    const { run, use } = runner()
    const sentinel = use({ dialect: "none" as never })
    const problem: unknown = await run("beforeAll").catch((error: unknown) => error)
    assert.isTrue(isEmulatorError(problem) && problem.code === "InvalidOptions")
    await expect(sentinel).rejects.toBe(problem)
    await run("beforeEach")
    await run("afterAll")
  })
})

describe("the fixtures of Playwright", () => {
  it("start a Sentinel for the worker, and stop it after its last test", async () => {
    let url = ""
    await sentinelFixtures.sentinel[0]({ sentinelOptions: {} }, async (sentinel) => {
      ;({ url } = sentinel)
      assert.strictEqual((await fetch(`${url}/health/ready`)).status, 200)
    })
    await expect(fetch(url)).rejects.toThrow()
  })

  it("say so if the page was not sent to Sentinel", async () => {
    const page = {
      goto: async () => undefined,
      url: () => "http://localhost:3000/",
      waitForRequest: async () => Promise.reject(new Error("Timeout"))
    }
    await expect(signIn(page, { approve: async () => "" }, "/auth/login")).rejects.toThrow(
      "/auth/login did not send the page to Sentinel: it is at http://localhost:3000/."
    )
  })
})

describe("the tasks of Cypress", () => {
  const stopping: Array<() => Promise<void>> = []
  afterAll(async () => {
    for (const stop of stopping) await stop()
  })

  it("are registered with a Sentinel that stops after the run", async () => {
    const config: { env: Record<string, any> } = { env: { mine: "stays" } }
    const registered: Array<SentinelTasks> = []
    const handlers: Array<() => Promise<void>> = []
    const on = (event: string, value: any) => {
      if (event === "task") registered.push(value)
      else handlers.push(value)
    }
    const sentinel = await sentinelTasks(on, config)
    stopping.push(sentinel.stop)
    assert.deepInclude(config.env, { mine: "stays", LE_AUTH_DOMAIN_API: sentinel.url })
    assert.notProperty(config.env, "LE_AUTH_CLIENT_SECRET")

    const [tasks] = registered
    assert.isDefined(tasks)
    const url = authorization(sentinel)
    assert.match(await tasks["sentinel:approve"]({ url, user: "admin@example.com" }), /[?&]code=/)
    assert.match(await tasks["sentinel:deny"]({ url }), /error=access_denied/)
    assert.strictEqual((await tasks["sentinel:token"](null)).token_type, "Bearer")
    await tasks["sentinel:snapshot"]("before")
    await tasks["sentinel:advance"]({ by: "1h" })
    assert.isNull(await tasks["sentinel:restore"]("before"))
    assert.isNotEmpty(await tasks["sentinel:journal"]({ about: "authorize" }))
    await tasks["sentinel:fault"]({ action: { type: "server-error" } })
    assert.isNull(await tasks["sentinel:reset"]())
    assert.deepStrictEqual(await sentinel.faults.list(), [])

    for (const handler of handlers) await handler()
    await expect(fetch(sentinel.url)).rejects.toThrow()
  })
})
