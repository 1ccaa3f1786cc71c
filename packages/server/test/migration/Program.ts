/** The programs of the pages about moving to le-auth: each in a process of its own, with a Sentinel that counts. */
// @effect-diagnostics globalFetch:off
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import { assert } from "@effect/vitest"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import { freePort } from "../../../../tools/free-port.ts"

const account = "12345678"
/** The built-in installation of a program without a user. */
const serverApplication = {
  client_id: "33333333-3333-4333-8333-333333333333",
  client_secret: "development-only-secret"
}

/** The settings of an application, and what its Sentinel was asked. For the test that calls it. */
export const place = async (callback: string) => {
  const folder = mkdtempSync(path.join(tmpdir(), "le-auth-migration-"))
  const application = `http://localhost:${await freePort()}`
  const url = `http://localhost:${await freePort()}`
  const { dispose, handler } = Sentinel.toWebHandler(
    { publicOrigin: Origin.Origin.make(url) },
    Sentinel.layerMemory(SentinelConfig.development({ redirectUri: application + callback })).pipe(
      Layer.provideMerge(NodeCrypto.layerServer)
    )
  )
  const requests: Array<string> = []
  const refused = new Set<string | null>()
  let isRefusing = false
  /** The number of calls with an ended token that are answered together, so that none of them sees a newer one. */
  let together = 0
  const waiting: Array<() => void> = []
  const all = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length >= together) for (const go of waiting) go()
    })
  const tokenOfServer = async () => {
    const body = new URLSearchParams({ ...serverApplication, grant_type: "client_credentials" })
    const address = `${url}/sentinel/api/v2/account/${account}/app/token`
    const answer = await handler(new Request(address, { method: "POST", body }))
    return ((await answer.json()) as { readonly access_token: string }).access_token
  }
  const front = async (request: Request) => {
    const { pathname } = new URL(request.url)
    // LivePerson's Login Service, which Sentinel is not.
    if (pathname === `/api/account/${account}/login`) return Response.json({ bearer: await tokenOfServer() })
    const authorization = request.headers.get("authorization")
    const isCall = pathname.startsWith(`/api/account/${account}/configuration/`)
    const form = pathname.endsWith("/token") ? new URLSearchParams(await request.clone().text()) : undefined
    requests.push(form === undefined ? pathname : `${pathname} ${form.get("grant_type")}`)
    if (isCall && isRefusing) {
      refused.add(authorization)
      isRefusing = false
    }
    if (!isCall || !refused.has(authorization)) return handler(request)
    await all()
    return new Response("{}", { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } })
  }
  const server = createServer(NodeServe.toNodeHandler({ handler: front }))
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), "localhost", resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const clientId = "11111111-1111-4111-8111-111111111111"
  const env: Readonly<Record<string, string>> = {
    PORT: new URL(application).port,
    LP_ACCOUNT: account,
    LP_CLIENT_ID: clientId,
    LP_CLIENT_SECRET: "development-only-secret",
    LP_CALLBACK_URL: application + callback,
    LP_SENTINEL: url,
    LP_API: url,
    SESSION_SECRET: "a secret for sessions",
    SESSION_FILE: path.join(folder, "sessions.json"),
    LP_APP_KEY: "an app key",
    LP_APP_SECRET: "a secret of the app key",
    LP_ACCESS_TOKEN: "an access token",
    LP_ACCESS_TOKEN_SECRET: "a secret of the access token",
    LP_AGENT_VEP: url,
    LP_USER: "reports@example.com",
    LP_PASSWORD: "a password",
    LE_AUTH_ACCOUNT_ID: account,
    LE_AUTH_CLIENT_ID: clientId,
    LE_AUTH_CLIENT_SECRET: "development-only-secret",
    LE_AUTH_REDIRECT_URI: application + callback,
    LE_AUTH_DOMAIN_API: url
  }
  return {
    application,
    env,
    /** How often a path, or a grant, was asked for. */
    count: (what: string) => requests.filter((request) => request.endsWith(what)).length,
    /** Ends the token of the next call, for this one and all later ones. `calls` of them come at once. */
    endNextToken: (calls: number) => {
      isRefusing = true
      together = calls
    }
  }
}

export type Place = Awaited<ReturnType<typeof place>>

/** The settings of a program without a user. */
export const withoutUser = ({ env, ...place }: Place): Place => {
  const { LE_AUTH_REDIRECT_URI: _, ...rest } = env
  return { ...place, env: { ...rest, LE_AUTH_CLIENT_ID: serverApplication.client_id } }
}

/** Starts a program in a process of its own, which ends with the test. */
const launch = (name: string, { env }: Place) => {
  const file = path.join(import.meta.dirname, name)
  const child = spawn(
    process.execPath,
    ["--conditions=@le-auth/source", "--disable-warning=ExperimentalWarning", file],
    {
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
  let hasEnded = false
  const ended = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      hasEnded = true
      resolve(code)
    })
  )
  const stop = async () => {
    child.kill()
    await ended
  }
  onTestFinished(stop)
  return { ended, hasEnded: () => hasEnded, output: () => output, stop }
}

/** Runs `keys/before.js`, or another one that ends by itself. */
export const run = async (name: string, at: Place) => {
  const { ended, output } = launch(name, at)
  const code = await ended
  return { code, output: output() }
}

/** Starts `passport/before.js`, or another one, and waits until it answers. */
export const start = async (name: string, at: Place) => {
  const { hasEnded, output, stop } = launch(name, at)
  const answers = () =>
    fetch(at.application, { redirect: "manual" }).then(
      ({ status }) => status < 500,
      () => false
    )
  while (!(await answers())) {
    assert.isFalse(hasEnded(), output())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { stop, output }
}

interface Page {
  readonly status: number
  readonly text: string
  readonly url: string
}

/** A browser. It follows redirects up to `until`, and keeps cookies. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #application: string

  constructor({ application }: Place) {
    this.#application = application
  }

  async visit(address: string, init: RequestInit = {}, until = "nowhere"): Promise<Page> {
    const url = new URL(address, this.#application)
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>()
    this.#cookies.set(url.host, jar)
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ")
    const headers = { accept: "text/html, */*", origin: url.origin, ...init.headers, cookie }
    const response = await fetch(url, { ...init, headers, redirect: "manual" })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/; *max-age=0(;|$)/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const location = response.headers.get("location")
    const next = location === null ? undefined : new URL(location, url).href
    if (next === undefined) return { status: response.status, text: await response.text(), url: url.href }
    if (next.startsWith(until)) return { status: response.status, text: "", url: next }
    return this.visit(next, response.status === 307 ? init : {}, until)
  }

  /** Signs in as a user of the built-in account; ends before `until`. */
  async signIn(login: string, user = "agent", until?: string): Promise<Page> {
    const page = await this.visit(login)
    const form = new URLSearchParams({ username: `${user}@example.com`, password: user })
    for (const name of ["request", "token"]) {
      form.set(name, new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)?.[1] ?? "")
    }
    return this.visit(new URL("/sentinel/login", page.url).href, { method: "POST", body: form }, until)
  }
}
