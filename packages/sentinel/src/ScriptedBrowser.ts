/**
 * A browser without a person: it keeps cookies, follows Sentinel's redirects, sends the login form, and comes back to
 * the application. `Control.signIns` and `TestBrowser` of `@le-auth/testing` are made of it.
 *
 * @since 0.1.0
 */
import type { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"
import * as Paths from "./Paths.ts"

/**
 * Sentinel showed a page in place of a way back to the application. `problem` has the words of the page, `status` is
 * that of its answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class PageShown extends Schema.TaggedError<PageShown>()("PageShown", {
  status: Schema.Finite,
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
}

/**
 * What can go wrong on the way: Sentinel shows a page, or gives no answer at all.
 *
 * @category errors
 * @since 0.1.0
 */
export type VisitError = PageShown | HttpClientError.HttpClientError

/**
 * What somebody types into the login form.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/**
 * One browser. Both methods take the address of an authorization request.
 *
 * @category models
 * @since 0.1.0
 */
export interface ScriptedBrowser {
  /** Where the browser comes back to at once, with a code or an error. `undefined`: Sentinel asks to sign in. */
  readonly visit: (url: URL) => Effect.Effect<string | undefined, VisitError>
  /** Signs in, and gives where the browser comes back to. `credentials` is run if Sentinel asks for them. */
  readonly approve: <E>(url: URL, credentials: Effect.Effect<Credentials, E>) => Effect.Effect<string, VisitError | E>
}

/** A page or a redirect, as a browser gets it. */
interface Visited {
  readonly url: URL
  readonly status: number
  readonly location: URL | undefined
  readonly text: string
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" }

/** Sentinel's pages for people, read by a program: the heading and the text below it. Other texts stay as they are. */
const shown = (text: string): string => {
  const parts = [...text.matchAll(/<(?:h1|p)[^>]*>(.*?)<\/(?:h1|p)>/gs)].map(([, part]) => part!)
  return (parts.length === 0 ? [text.slice(0, 500)] : parts)
    .map((part) =>
      part
        .replaceAll(/<[^>]*>/g, " ")
        .replaceAll(/\s+/g, " ")
        .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)
        .trim()
    )
    .filter((part) => part !== "")
    .join(". ")
    .replaceAll(/([.!?])\. /g, "$1 ")
}

const field = (html: string, name: string): string =>
  new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(html)?.[1] ?? ""

/** As many as browsers follow. */
const mostRedirects = 20

const isLoginPage = ({ status, url }: Visited) => status === 200 && url.pathname === Paths.login

/**
 * A new browser for a Sentinel at `origin`. `send` reaches it.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as Origin from "@le-auth/core/Origin"
 * import * as ScriptedBrowser from "@le-auth/sentinel/ScriptedBrowser"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const callback = Effect.gen(function* () {
 *   const client = yield* HttpClient.HttpClient
 *   const browser = yield* ScriptedBrowser.make({ origin: Origin.fromHost("localhost:4400"), send: client.execute })
 *   const url = "http://localhost:4400/sentinel/api/account/12345678/authorize?v=1.0&response_type=code&client_id=…"
 *   return yield* browser.approve(new URL(url), Effect.succeed({ username: "agent@example.com", password: "agent" }))
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (sentinel: {
  readonly origin: Origin
  readonly send: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
}): Effect.Effect<ScriptedBrowser> =>
  Effect.sync(() => {
    let jar = Cookies.empty

    const keep = (response: HttpClientResponse.HttpClientResponse) => {
      for (const [name, cookie] of Object.entries(response.cookies.cookies)) {
        const over = cookie.options?.maxAge === 0 || (cookie.options?.expires?.getTime() ?? 1) <= 0
        jar = over ? Cookies.remove(jar, name) : Cookies.setAllCookie(jar, [cookie])
      }
    }

    const send = Effect.fnUntraced(function* (request: HttpClientRequest.HttpClientRequest, url: URL) {
      const response = yield* sentinel.send(
        HttpClientRequest.setHeaders(request, {
          accept: "text/html",
          ...(Cookies.isEmpty(jar) ? {} : { cookie: Cookies.toCookieHeader(jar) })
        })
      )
      keep(response)
      const location = response.headers["location"]
      const visited: Visited = {
        url,
        status: response.status,
        location: location === undefined ? undefined : (URL.parse(location, url) ?? undefined),
        text: yield* response.text
      }
      return visited
    })

    const pageShown = ({ status, text }: Visited) => new PageShown({ status, problem: shown(text) })

    /** Follows redirects inside of Sentinel. Every other address is the application's. */
    const go = Effect.fnUntraced(function* (to: URL) {
      let url = to
      for (let redirects = 0; redirects <= mostRedirects; redirects++) {
        const visited = yield* send(HttpClientRequest.get(url), url)
        const { location } = visited
        const isInside = location?.origin === sentinel.origin && location.pathname.startsWith("/sentinel/")
        if (!isInside) return location === undefined && !isLoginPage(visited) ? yield* pageShown(visited) : visited
        url = location
      }
      return yield* new PageShown({ status: 302, problem: `It redirected more than ${mostRedirects} times.` })
    })

    return {
      visit: (url) => Effect.map(go(url), ({ location }) => location?.href),
      approve: Effect.fnUntraced(function* (url, credentials) {
        const page = yield* go(url)
        if (page.location !== undefined) return page.location.href
        const form = { request: field(page.text, "request"), token: field(page.text, "token") }
        const answer = yield* send(
          HttpClientRequest.post(new URL(Paths.login, sentinel.origin), {
            headers: { origin: sentinel.origin, "sec-fetch-site": "same-origin" }
          }).pipe(HttpClientRequest.bodyUrlParams({ ...form, ...(yield* credentials) })),
          page.url
        )
        return answer.location === undefined ? yield* pageShown(answer) : answer.location.href
      })
    }
  })
