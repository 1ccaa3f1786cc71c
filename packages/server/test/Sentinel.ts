/** A Sentinel without a port, which misbehaves when it is told to, and browsers for it. */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

export const redirectUri = "http://localhost:3000/auth/callback"
export const origin = "http://localhost:4400"

/** Two accounts with the same application, which has other credentials in each. */
const config = (): SentinelConfig.SentinelConfig => {
  const [account] = SentinelConfig.development({ redirectUri }).accounts
  const other = {
    ...account!,
    id: AccountId.make("87654321"),
    installations: account!.installations.map((installation) => ({
      ...installation,
      client_id: installation.client_id.replaceAll("1", "4") as typeof installation.client_id
    }))
  }
  return { accounts: [account!, other] }
}

export const credentials = {
  accountId: "12345678",
  clientId: "11111111-1111-4111-8111-111111111111",
  clientSecret: "development-only-secret"
} as const

export const otherCredentials = {
  accountId: "87654321",
  clientId: "44444444-4444-4444-8444-444444444444",
  clientSecret: "development-only-secret"
} as const

type Answer = (request: Request) => Response | Promise<Response>

/** One for a test. `fetch` is what the application sends its requests with. */
export const start = (publicOrigin = origin) => {
  const { dispose, handler } = Sentinel.toWebHandler(
    { publicOrigin: Origin.Origin.make(publicOrigin) },
    Sentinel.layerMemory(config()).pipe(
      Layer.provideMerge(NodeCrypto.layerServer),
      // What it says is not what is tested.
      Layer.provideMerge(Logger.layer([]))
    )
  )
  const received: Array<Request> = []
  const planned: Array<{ readonly path: string; readonly answer: Answer }> = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    received.push(request.clone())
    const index = planned.findIndex(({ path }) => new URL(request.url).pathname.includes(path))
    const [plan] = index === -1 ? [] : planned.splice(index, 1)
    return plan === undefined ? handler(request) : plan.answer(request)
  }
  return {
    handler,
    dispose,
    fetch,
    /** The next request whose path has this in it is answered so. */
    plan: (path: string, answer: Answer) => void planned.push({ path, answer }),
    received: (path: string) => received.filter(({ url }) => new URL(url).pathname.includes(path))
  }
}

export type TestSentinel = ReturnType<typeof start>

type Send = (request: Request) => Promise<Response>

const field = (html: string, name: string): string =>
  new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(html)?.[1] ?? ""

/** What a script of the application's own page sends. */
export const own = { "x-le-auth": "1", "sec-fetch-site": "same-origin" }

/** A browser that keeps cookies, and follows redirects. What is not Sentinel's goes to the application. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly application: Send
  readonly sentinel: Send
  readonly home: string
  readonly sentinelOrigin: string
  constructor(application: Send, sentinel: Send, at: { readonly home?: string; readonly sentinel?: string } = {}) {
    this.application = application
    this.sentinel = sentinel
    this.home = at.home ?? "http://localhost:3000"
    this.sentinelOrigin = at.sentinel ?? origin
  }

  get cookie(): string {
    return [...this.cookies].map((pair) => pair.join("=")).join("; ")
  }

  /** A request of this browser, for the verbs. */
  get headers() {
    return { headers: { cookie: this.cookie } }
  }

  async send(path: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.home)
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0) headers.set("cookie", this.cookie)
    headers.set("host", url.host)
    const request = new Request(url, { ...init, headers, redirect: "manual" })
    const response = await (url.origin === this.sentinelOrigin ? this.sentinel : this.application)(request)
    this.take(response.headers)
    return response
  }

  take(headers: Headers) {
    for (const cookie of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/; *max-age=0(;|$)/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  /** Follows redirects up to the application's own pages. */
  private async go(to: URL, init?: RequestInit): Promise<Response> {
    const response = await this.send(to, init)
    const location = response.headers.get("location")
    if (location === null) return response
    const next = new URL(location, to)
    return next.origin === this.home && !next.pathname.startsWith("/auth/") ? response : this.go(next)
  }

  /** Signs in, and gives the answer to the callback. */
  async signIn(login = "/auth/login", user = "agent"): Promise<Response> {
    const page = await this.go(new URL(login, this.home))
    const html = await page.clone().text()
    if (!html.includes('id="password"')) return page
    return this.go(new URL("/sentinel/login", this.sentinelOrigin), {
      method: "POST",
      headers: { origin: this.sentinelOrigin, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({
        request: field(html, "request"),
        token: field(html, "token"),
        username: `${user}@example.com`,
        password: user
      })
    })
  }
}
