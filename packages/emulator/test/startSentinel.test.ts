// @effect-diagnostics globalFetch:off
import { once } from "node:events"
import * as Https from "node:https"
import * as Net from "node:net"

import { afterEach, assert, describe, it } from "vitest"

import { type EmulatorError, isEmulatorError, type Options, type Sentinel, startSentinel } from "../src/index.ts"
import { claimsOf, exchange, programOf, refresh, signIn, signInUrl } from "./Applications.ts"

const started: Array<Sentinel> = []
const start = async (options?: Options) => {
  const sentinel = await startSentinel(options)
  started.push(sentinel)
  return sentinel
}
afterEach(() => Promise.all(started.splice(0).map(({ stop }) => stop())))

const failureOf = (promise: Promise<unknown>): Promise<EmulatorError> =>
  promise.then(
    () => assert.fail("It did not fail"),
    (error: unknown) => (isEmulatorError(error) ? error : assert.fail(String(error)))
  )

const portOf = (url: string) => Number(new URL(url).port)

/** Whether a program listens on a port of this computer. */
const isOpen = async (port: number): Promise<boolean> => {
  const socket = Net.connect(port, "127.0.0.1")
  const [event] = await Promise.race([
    once(socket, "connect").then(() => ["connect"]),
    once(socket, "error").then(() => ["error"])
  ]).catch(() => ["error"])
  socket.destroy()
  return event === "connect"
}

describe("startSentinel", () => {
  it("signs a user in, with a program that knows HTTP alone", async () => {
    const sentinel = await start()
    const program = programOf(sentinel)
    const callback = new URL(await sentinel.approve(signInUrl(program)))
    assert.strictEqual(callback.origin + callback.pathname, sentinel.env["LE_AUTH_REDIRECT_URI"])
    assert.strictEqual(callback.searchParams.get("state"), "a-state")
    const { id_token } = await (await exchange(program, callback.href)).json()
    assert.strictEqual(claimsOf(id_token).sub, sentinel.config.accounts[0].users[0]?.id)

    const admin = await signIn(sentinel, program, "admin@example.com")
    assert.strictEqual(claimsOf(admin.id_token).sub, sentinel.config.accounts[0].users[1]?.id)
  })

  it("refuses a sign-in, and says why it cannot answer one", async () => {
    const sentinel = await start()
    const url = signInUrl(sentinel)
    const denied = new URL(await sentinel.deny(url))
    assert.deepStrictEqual(Object.fromEntries(denied.searchParams), { error: "access_denied", state: "a-state" })
    const busy = new URL(await sentinel.deny(url, { error: "server_error", description: "Later" }))
    assert.strictEqual(busy.searchParams.get("error_description"), "Later")

    const unknown = await failureOf(sentinel.approve(url.replace(/client_id=[^&]*/, "client_id=nobody")))
    assert.strictEqual(unknown.code, "SignInRefused")
    const [entry] = await sentinel.journal.read({ about: unknown.requestId ?? "" })
    assert.strictEqual(entry?.problem, "client-unknown")
    assert.strictEqual((await failureOf(sentinel.approve(url, { user: "nobody" }))).code, "NotThere")
    assert.strictEqual((await failureOf(sentinel.approve("https://example.com/"))).code, "InvalidChange")
  })

  it("gives tokens of a user, and of an application", async () => {
    const sentinel = await start()
    const { access_token, refresh_token } = await sentinel.token({ user: "admin@example.com" })
    assert.isTrue((await sentinel.control.tokens.introspect({ token: access_token })).active)
    assert.isTrue((await refresh(programOf(sentinel), refresh_token ?? "")).ok)
    const ofApplications = sentinel.config.accounts[0].installations.find(
      ({ grant_types }) => grant_types[0] === "client_credentials"
    )
    const app = await sentinel.token({ client: ofApplications?.client_id ?? "" })
    assert.strictEqual((await sentinel.journal.explain({ secret: app.access_token })).kind, "app-token")
  })

  it("does what it is told: faults, the clock, snapshots, and begins anew", async () => {
    const sentinel = await start({ points: { accessTokenLifetime: "1 hour", sessionIdleLifetime: "1 hour" } })
    const program = programOf(sentinel)
    const { refresh_token } = await signIn(sentinel, program)
    await sentinel.snapshot("signed-in")

    await sentinel.faults.add({ match: { route: "refresh" }, action: { type: "too-many-requests" }, times: 1 })
    assert.strictEqual((await refresh(program, refresh_token)).status, 429)
    assert.isTrue((await refresh(program, refresh_token)).ok)
    await sentinel.clock.advance({ by: "2h" })
    assert.strictEqual((await refresh(program, refresh_token)).status, 400)

    await sentinel.restore("signed-in")
    assert.isTrue((await refresh(program, refresh_token)).ok)
    await sentinel.reset()
    assert.strictEqual((await refresh(program, refresh_token)).status, 400)
    assert.deepStrictEqual(await sentinel.faults.list(), [])
    assert.strictEqual((await sentinel.clock.state()).ahead, "0s")
    assert.strictEqual((await failureOf(sentinel.restore("never"))).code, "NotThere")
  })

  it("two of one process do not disturb each other", async () => {
    const [one, other] = await Promise.all([start(), start()])
    assert.notStrictEqual(one.url, other.url)
    const { access_token } = await one.token()
    await one.clock.advance({ by: "8h" })
    await one.control.accounts.removeUser({ accountId: "12345678", userId: "3552833710" })
    await one.control.keys.rotate()
    assert.strictEqual((await other.clock.state()).ahead, "0s")
    assert.lengthOf((await other.control.accounts.list())[0]?.users ?? [], 2)
    assert.isFalse((await other.control.tokens.introspect({ token: access_token })).active)
    const keysOf = async ({ fetch, url }: Sentinel) =>
      (await (await fetch(`${url}/sentinel/well-known/jwks`)).text()).match(/"kid"/g)?.length
    assert.notStrictEqual(await keysOf(one), await keysOf(other))
    await one.stop()
    assert.isTrue((await other.token()).access_token.length > 0)
  })

  it("takes accounts, dialect, points, and where services are", async () => {
    const { config } = await start({ listen: false })
    const [account] = config.accounts
    const sentinel = await start({
      config: { accounts: [{ ...account, id: "87654321" }], points: { expiresIn: "absent" } },
      dialect: "rfc",
      points: { accessTokenLifetime: "5 minutes" },
      services: { faasGW: "localhost:9000" }
    })
    assert.strictEqual(sentinel.env["LE_AUTH_ACCOUNT_ID"], "87654321")
    assert.strictEqual(sentinel.config.dialect, "rfc")
    assert.deepStrictEqual(sentinel.config.points, { expiresIn: "absent", accessTokenLifetime: "5m" })
    const domains = await fetch(`${sentinel.url}/api/account/87654321/service/baseURI.json?version=1.0`)
    const { baseURIs } = await domains.json()
    const found = baseURIs.find(({ service }: { readonly service: string }) => service === "faasGW")
    assert.strictEqual(found.baseURI, "localhost:9000")
    const [, command] = account.installations
    assert.deepInclude(sentinel.envOf({ client: command?.client_id, redirectUri: "http://localhost:1/b" }), {
      LE_AUTH_CLIENT_ID: command?.client_id,
      LE_AUTH_REDIRECT_URI: "http://localhost:1/b"
    })
  })

  it("says all that is wrong with options at once", async () => {
    const options = {
      confg: {},
      config: { accounts: [{ id: "12345678", users: [{ id: "a" }], installations: [] }] },
      dialect: "latin",
      points: { issuer: 1 },
      services: { faasGW: "http://localhost" },
      tls: { cert: "a", key: "b" },
      listen: { port: -1, hots: "localhost" }
    }
    const { code, message, problems } = await failureOf(startSentinel(options as never))
    assert.strictEqual(code, "InvalidOptions")
    for (const place of [
      "confg",
      "accounts[0].users[0].email",
      "dialect",
      "points.issuer",
      "accounts[0].services",
      "tls.cert",
      "listen.port",
      "listen.hots"
    ]) {
      assert.isTrue(
        problems.some((problem) => problem.startsWith(place)),
        `${place} in ${problems.join("\n")}`
      )
      assert.include(message, place)
    }
    for (const wrong of [null, 5, { config: 5 }, { config: null }, { services: 5 }, { points: [] }, { listen: true }]) {
      assert.strictEqual((await failureOf(startSentinel(wrong as never))).code, "InvalidOptions", JSON.stringify(wrong))
    }
    // The name of a file is a likely mistake.
    const { problems: twice } = await failureOf(startSentinel({ listen: { port: 4400, controlPort: 4400 } }))
    assert.deepStrictEqual(twice, ["listen.controlPort: is the same as port"])
    assert.match((await failureOf(startSentinel({ config: "a.json" } as never))).problems[0] ?? "", /^config: /)
  })

  it("opens free ports, those that it is told, or says that one is taken", async () => {
    const one = await start()
    const port = portOf(one.url)
    const { code, message } = await failureOf(startSentinel({ listen: { port } }))
    assert.strictEqual(code, "CannotListen")
    assert.include(message, String(port))
    const controlPort = portOf(one.control.url ?? "")
    const second = await failureOf(startSentinel({ listen: { controlPort } }))
    assert.strictEqual(second.code, "CannotListen")
    await one.stop()
    const other = await start({ listen: { port, controlPort } })
    assert.deepStrictEqual([other.url, other.control.url], [one.url, one.control.url])
    const page = await fetch(other.control.url ?? "")
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
  })

  it("leaves no port open when it is stopped, and says so from then on", async () => {
    const sentinel = await start()
    const ports = [sentinel.url, sentinel.control.url ?? ""].map(portOf)
    // A connection that is kept, as each client has some.
    await (await fetch(sentinel.url)).text()
    assert.deepStrictEqual(await Promise.all(ports.map(isOpen)), [true, true])
    await Promise.all([sentinel.stop(), sentinel.stop()])
    assert.deepStrictEqual(await Promise.all(ports.map(isOpen)), [false, false])
    for (const call of [sentinel.reset(), sentinel.token(), sentinel.fetch(sentinel.url)]) {
      assert.strictEqual((await failureOf(call)).code, "Stopped")
    }
    await using brief = await startSentinel()
    assert.isDefined(brief.url)
  })

  it("works without a port, over a fetch that reaches nothing else", async () => {
    const sentinel = await start({ listen: false })
    assert.isUndefined(sentinel.control.url)
    const program = programOf(sentinel, sentinel.fetch)
    const { refresh_token } = await signIn(sentinel, program)
    assert.isTrue((await refresh(program, refresh_token)).ok)
    const { code, message } = await failureOf(sentinel.fetch("https://example.com/a?b=secret"))
    assert.strictEqual(code, "OtherAddress")
    assert.notInclude(message, "secret")

    await sentinel.faults.add({ match: { route: "refresh" }, action: { type: "drop-connection" }, times: 1 })
    const dropped = await refresh(program, refresh_token).catch((error: unknown) => error)
    assert.instanceOf(dropped, TypeError)
    await sentinel.faults.add({ match: { route: "refresh" }, action: { type: "silence" }, times: 1 })
    const waiting = AbortSignal.timeout(50)
    const silent = await sentinel
      .fetch(
        new Request(`${sentinel.url}/sentinel/api/account/12345678/token?v=1.0`, { method: "POST", signal: waiting })
      )
      .catch((error: unknown) => error)
    assert.isDefined(silent)
  })

  it("speaks TLS with a certificate of its own, or with the one that it is given", async () => {
    const sentinel = await start({ tls: true })
    assert.match(sentinel.url, /^https:\/\/localhost:/)
    const ca = sentinel.certificateAuthority
    const statusOf = (ca: string | undefined) =>
      new Promise<number | string | undefined>((resolve) => {
        const request = Https.get(`${sentinel.url}/health/ready`, { ca, agent: false, family: 4 }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code))
      })
    assert.strictEqual(await statusOf(ca), 200)
    assert.notStrictEqual(await statusOf(undefined), 200)
    const callback = await sentinel.approve(signInUrl(sentinel))
    assert.isTrue((await exchange(programOf(sentinel, sentinel.fetch), callback)).ok)
  })

  it("follows the journal, and stops when the loop is left", async () => {
    const sentinel = await start()
    await sentinel.token()
    const outcomes: Array<string> = []
    for await (const { route } of sentinel.journal.follow()) {
      outcomes.push(route ?? "")
      if (route === "token") break
    }
    assert.includeMembers(outcomes, ["authorize", "token"])
  })
})
