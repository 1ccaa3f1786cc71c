/** Calls to LivePerson's APIs by the page itself, with a token from its backend. */
import { ask, failure, limited, pathsOf, type Request } from "./backend.ts"
import { type Answered, type ApiOptions, impossible } from "./callApi.ts"
import { type SignedOut, type Unavailable, unavailable } from "./results.ts"
import { refresh, refused } from "./session.ts"
import { members } from "./sessionView.ts"
import { listen } from "./tabs.ts"

/** A token, the origin that it may be sent to, and its end by the page's monotonic clock (`performance.now()`). */
export interface PageToken {
  readonly _tag: "PageToken"
  readonly accessToken: string
  readonly origin: string
  readonly until: number
}

/**
 * Gives the token of a service, from the memory of the page or the backend. `last` is a token that got a 401.
 */
export type Tokens = (
  service: string,
  options: Request,
  last?: PageToken
) => Promise<PageToken | SignedOut | Unavailable>

/** Milliseconds before its end at which a token is renewed, so that LivePerson does not refuse it. */
const margin = 30_000

/** Makes the memory of a page for the tokens of its services. */
export const makeTokens = (): Tokens => {
  const held = new Map<string, PageToken>()
  // A sign-out in any tab signs this one out.
  listen(() => held.clear())
  return async (service, options, last) => {
    const now = held.get(service)
    if (now !== undefined && now !== last && now.until > performance.now()) return now
    held.delete(service)
    if (last !== undefined) {
      const renewed = await refresh(options)
      if (renewed._tag !== "SignedIn") return renewed
    }
    const answer = await ask("POST", `${pathsOf(options).session}/token/${encodeURIComponent(service)}`, options)
    if (answer._tag !== "Answer") return answer
    const { accessToken, expiresIn, origin } = members(answer.body)
    if (
      answer.status !== 200 ||
      typeof accessToken !== "string" ||
      typeof origin !== "string" ||
      typeof expiresIn !== "number"
    ) {
      return refused(answer)
    }
    const until = performance.now() + expiresIn - margin
    const token: PageToken = { _tag: "PageToken", accessToken, origin, until }
    held.set(service, token)
    return token
  }
}

/** The address of a path at the host of a token, or `undefined` if the path leads to another host. */
export const tokenAddress = ({ origin }: PageToken, path: string): URL | undefined => {
  const url = URL.parse(path, origin)
  return url?.origin === origin ? url : undefined
}

/** The message for a path that leads to another host. */
export const leadsElsewhere =
  "The path leads to another host, which gets no token. Encode the values that you put into it."

const fetchWith = async (token: PageToken, path: string, options: ApiOptions): Promise<Answered | Unavailable> => {
  const { body = null, headers, method = "GET" } = options
  const url = tokenAddress(token, path)
  if (url === undefined) return unavailable("Refused", leadsElsewhere)
  const wrong = impossible(url, { method, body, headers: { ...headers } })
  if (wrong !== undefined) return wrong
  try {
    // @effect-diagnostics-next-line globalFetch:off
    const response = await fetch(url, {
      method,
      body,
      headers: { accept: "application/json", ...headers, authorization: `Bearer ${token.accessToken}` },
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      // A token goes nowhere else (RFC 9700 section 4.9.1).
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: limited(options)
    })
    return { _tag: "Answered", response }
  } catch (error) {
    return failure(error, options.signal)
  }
}

/**
 * Makes a function like {@link callApi} that calls LivePerson itself. The backend needs `PageToken` of `@le-auth/web`,
 * and LivePerson's API must allow the page's origin (CORS). The token is only in the memory of this function, goes only
 * to the host of its service, and is forgotten at a sign-out in any tab. After a 401 the token is renewed, and the call
 * repeated, once.
 *
 * A script in the page can take the token away. Prefer {@link callApi}.
 *
 * @example
 * ```ts
 * // compiled only
 * import { directApi } from "@le-auth/page"
 *
 * const call = directApi()
 * const result = await call("asyncMessagingEnt", "/api/account/12345678/messaging/consumer/conversation/send?v=3")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const directApi = (backend: Request = {}) => {
  const tokens = makeTokens()
  return async (
    service: string,
    path: `/${string}`,
    options: ApiOptions = {}
  ): Promise<Answered | SignedOut | Unavailable> => {
    const all = { ...backend, ...options }
    const token = await tokens(service, all)
    if (token._tag !== "PageToken") return token
    const first = await fetchWith(token, path, all)
    if (first._tag !== "Answered" || first.response.status !== 401) return first
    // An unread body would keep its connection open.
    await first.response.body?.cancel()
    const renewed = await tokens(service, all, token)
    return renewed._tag === "PageToken" ? fetchWith(renewed, path, all) : renewed
  }
}
