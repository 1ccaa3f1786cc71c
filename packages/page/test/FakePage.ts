/** As much of a browser as the plain entry uses. Storage is there to fail when it is used (F9, H5). */
import { vi } from "vitest"

export interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly header: (name: string) => string | null
}

export interface FakePage {
  /** Where the tab was sent to. */
  readonly visited: Array<string>
  /** What the address bar showed, in turn, and which request was sent after it. */
  readonly journal: Array<string>
  readonly requests: Array<Sent>
  readonly location: { href: string; readonly origin: string }
  readonly history: { readonly state: unknown }
  /** What the backend answers to each request. */
  answer: (request: Sent) => Response | Promise<Response>
  /** The browser shows the page again. */
  readonly show: (persisted: boolean) => void
  readonly listeners: Set<(event: { readonly persisted: boolean }) => void>
}

export const json = (body: unknown, status = 200) => Response.json(body, { status })

/** The answer to a sign-out. */
export const left = () => new Response(null, { status: 204, headers: { "x-le-auth": "done" } })

/** What `ApiProxy` passes on of LivePerson. */
export const answered = (body: unknown, status = 200) =>
  Response.json(body, { status, headers: { "x-le-auth": "answer" } })

/** What `ApiProxy` says itself. */
export const problem = (error: string, status: number) =>
  Response.json({ error, message: `Because of ${error}` }, { status, headers: { "x-le-auth": "problem" } })

/** What comes without the mark of `ApiProxy`. */
export const foreign = [
  ["the 404 of a backend without ApiProxy", () => json({ error: "not found" }, 404)],
  ["the 502 of a proxy in front", () => new Response("<h1>Bad Gateway</h1>", { status: 502 })],
  ["the page of a server for single-page applications", () => new Response("<!doctype html>", { status: 200 })],
  ["an answer with another mark", () => new Response("{}", { headers: { "x-le-auth": "1" } })]
] as const

export const view = {
  signedIn: true,
  accountId: "12345678",
  subject: "1234567890",
  isAdmin: false,
  isLpa: false,
  verified: true,
  signedInAt: 1_000,
  expiresAt: 2_000
}

/** What `Response` cannot be constructed as. */
export const opaqueRedirect = {
  type: "opaqueredirect",
  status: 0,
  headers: new Headers(),
  body: null,
  text: () => Promise.resolve("")
} as Response

const untouchable = (name: string) =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error(`${name} was read`)
      },
      set: () => {
        throw new Error(`${name} was written`)
      }
    }
  )

/** A tab at an address. `top` is the location of the outermost page, or what the browser throws in its place. */
export const open = (href: string, top?: { readonly location: object } | "foreign"): FakePage => {
  const visited: Array<string> = []
  const journal: Array<string> = []
  const requests: Array<Sent> = []
  const listeners: FakePage["listeners"] = new Set()
  const location = {
    href,
    get origin() {
      return new URL(location.href).origin
    },
    assign: (url: URL | string) => void visited.push(String(url))
  }
  const history = {
    state: { router: 7 },
    replaceState: (state: unknown, _: string, url: URL | string) => {
      if (state !== history.state) throw new Error("the state of the router is lost")
      location.href = String(url)
      journal.push(`address ${location.href}`)
    }
  }
  const page: FakePage = {
    visited,
    journal,
    requests,
    location,
    history,
    answer: () => json({ signedIn: false }),
    listeners,
    show: (persisted) => listeners.forEach((listener) => listener({ persisted }))
  }
  vi.stubGlobal("location", location)
  vi.stubGlobal("history", history)
  vi.stubGlobal("window", {
    get top() {
      if (top !== "foreign") return top ?? { location }
      return {
        get location() {
          throw new DOMException("Blocked a frame from accessing a cross-origin frame.", "SecurityError")
        }
      }
    }
  })
  vi.stubGlobal("addEventListener", (type: string, listener: never) => type === "pageshow" && listeners.add(listener))
  vi.stubGlobal(
    "removeEventListener",
    (type: string, listener: never) => type === "pageshow" && listeners.delete(listener)
  )
  vi.stubGlobal("fetch", async (input: URL | string, init: RequestInit = {}) => {
    const sent: Sent = { url: String(input), init, header: (name) => new Headers(init.headers).get(name) }
    requests.push(sent)
    journal.push(`${init.method} ${sent.url}`)
    const { signal } = init
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason))
      if (signal?.aborted) reject(signal.reason)
      Promise.resolve(page.answer(sent)).then(resolve, reject)
    })
  })
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "cookieStore", "caches", "document"]) {
    vi.stubGlobal(name, untouchable(name))
  }
  return page
}
