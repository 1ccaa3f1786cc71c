/**
 * A user with a browser: visits Sentinel, signs in or refuses, and comes back to the application.
 *
 * @since 0.1.0
 */
import * as AuthorizeRequest from "@le-auth/core/AuthorizeRequest"
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import type { Origin } from "@le-auth/core/Origin"
import { append } from "@le-auth/core/shared/UrlParameters"
import * as Paths from "@le-auth/sentinel/Paths"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * The browser did not come back to the application: Sentinel showed something instead, which `problem` tells.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoCallback extends Schema.TaggedError<NoCallback>()("NoCallback", {
  /** The status of Sentinel's answer, if there was one. */
  status: Schema.optional(Schema.Finite),
  problem: Schema.String
}) {
  override get message(): string {
    const status = this.status === undefined ? "" : ` with the status ${this.status}`
    return `The browser did not come back to the application. Sentinel answered${status}: ${this.problem}`
  }
}

/**
 * The user who signs in, and their password.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApproveOptions {
  /** The e-mail address of a user of the configuration. Default: the account's first user. */
  readonly user?: string | undefined
  /** What is typed as the password. Default: the user's. */
  readonly password?: string | undefined
}

/**
 * The error with which the user is sent back.
 *
 * @category models
 * @since 0.1.0
 */
export interface DenyOptions {
  /** Default: `access_denied`. */
  readonly error?: AuthorizationErrorCode | undefined
  /** The `error_description` of the callback. Default: none. */
  readonly description?: string | undefined
}

/**
 * One browser: it keeps its cookies, so a second sign-in to the same account asks for no password.
 *
 * Both methods take the `url` of `SignIn.start` and give the callback's address for `SignIn.complete`, or for a request
 * to the callback route of your application.
 *
 * @category models
 * @since 0.1.0
 */
export interface TestBrowser {
  /** Signs in, as far as Sentinel asks for it. */
  readonly approve: (url: string | URL, options?: ApproveOptions) => Effect.Effect<string, NoCallback>
  /** Refuses. The real login page has no button for that, but the API documents the error. */
  readonly deny: (url: string | URL, options?: DenyOptions) => Effect.Effect<string, NoCallback>
}

/** A page or a redirect, as a browser gets it. */
interface Visited {
  readonly url: URL
  readonly status: number
  readonly location: URL | undefined
  readonly text: string
}

/** Sentinel's pages for people, read by a program: the heading and the text below it. */
const shown = (html: string): string =>
  [...html.matchAll(/<(?:h1|p)[^>]*>(.*?)<\/(?:h1|p)>/gs)]
    .map(([, text]) =>
      text!
        .replaceAll(/<[^>]*>/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim()
    )
    .filter((text) => text !== "")
    .join(". ")

const field = (html: string, name: string): string =>
  new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(html)?.[1] ?? ""

/**
 * A new browser for a Sentinel at `origin`, over the client that reaches it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (sentinel: {
  readonly client: HttpClient.HttpClient
  readonly config: SentinelConfig
  readonly origin: Origin
}): Effect.Effect<TestBrowser> =>
  Effect.sync(() => {
    let jar = Cookies.empty

    const keep = (response: HttpClientResponse.HttpClientResponse) => {
      for (const [name, cookie] of Object.entries(response.cookies.cookies)) {
        const over = cookie.options?.maxAge === 0 || (cookie.options?.expires?.getTime() ?? 1) <= 0
        jar = over ? Cookies.remove(jar, name) : Cookies.setAllCookie(jar, [cookie])
      }
    }

    const send = Effect.fnUntraced(
      function* (request: HttpClientRequest.HttpClientRequest, url: URL) {
        const response = yield* sentinel.client.execute(
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
          location: location === undefined ? undefined : new URL(location, url),
          text: yield* response.text
        }
        return visited
      },
      Effect.mapError((error) => new NoCallback({ status: undefined, problem: error.message }))
    )

    /** Follows redirects inside of Sentinel. Every other address is the application's. */
    const follow = (visited: Visited): Effect.Effect<Visited, NoCallback> => {
      const { location } = visited
      const isInside = location?.origin === sentinel.origin && location.pathname.startsWith("/sentinel/")
      return isInside
        ? Effect.flatMap(send(HttpClientRequest.get(location), location), follow)
        : Effect.succeed(visited)
    }

    const visit = Effect.fnUntraced(function* (address: string | URL) {
      const url = URL.parse(address)
      if (url === null) return yield* new NoCallback({ status: undefined, problem: "it was given no address" })
      return yield* Effect.flatMap(send(HttpClientRequest.get(url), url), follow)
    })

    const noCallback = ({ status, text }: Visited) => new NoCallback({ status, problem: shown(text) })

    const isLoginPage = ({ status, url }: Visited) => status === 200 && url.pathname === Paths.login

    /** What somebody types into the login form. */
    const credentials = Effect.fnUntraced(function* (url: URL | string, options: ApproveOptions) {
      const accountId = /\/account\/([^/]+)\//.exec(new URL(url).pathname)?.[1]
      const account = sentinel.config.accounts.find(({ id }) => id === accountId)
      const email = options.user ?? account?.users.find(({ enabled }) => enabled)?.email
      const user = account?.users.find((user) => user.email === email)
      const password = options.password ?? (user?.password === undefined ? undefined : Redacted.value(user.password))
      if (email !== undefined && password !== undefined) return { username: email, password }
      return yield* new NoCallback({
        status: undefined,
        problem: `the configuration has no user ${email ?? ""} with a password in the account ${accountId}`
      })
    })

    return {
      approve: Effect.fnUntraced(function* (url, options = {}) {
        const page = yield* visit(url)
        if (page.location !== undefined) return page.location.href
        if (!isLoginPage(page)) return yield* noCallback(page)
        const form = { request: field(page.text, "request"), token: field(page.text, "token") }
        const answer = yield* send(
          HttpClientRequest.post(new URL(Paths.login, sentinel.origin), {
            headers: { origin: sentinel.origin, "sec-fetch-site": "same-origin" }
          }).pipe(HttpClientRequest.bodyUrlParams({ ...form, ...(yield* credentials(url, options)) })),
          page.url
        )
        return answer.location === undefined ? yield* noCallback(answer) : answer.location.href
      }),
      deny: Effect.fnUntraced(function* (url, options = {}) {
        const page = yield* visit(url)
        const wasRefused = page.location?.searchParams.has("error") === true
        if (page.location !== undefined && wasRefused) return page.location.href
        // Only a request that Sentinel would have answered is answered here, with what Sentinel would have sent.
        if (page.location === undefined && !isLoginPage(page)) return yield* noCallback(page)
        const request = yield* Effect.orDie(Effect.fromResult(AuthorizeRequest.fromUrl(url)))
        const registered = sentinel.config.accounts
          .find(({ id }) => id === request.accountId)
          ?.installations.find(({ client_id }) => client_id === request.clientId)?.redirect_uris[0]
        return append(request.redirectUri ?? registered ?? "", {
          error: options.error ?? "access_denied",
          error_description: options.description,
          state: request.state
        })
      })
    }
  })
