/** APIs of LivePerson, called by the page itself, with a token that its backend tells it. */
import { ask, failure, limited, pathsOf, type Request } from "./backend.ts"
import type { Answered, ApiOptions } from "./callApi.ts"
import { type SignedOut, type Unavailable, unavailable } from "./results.ts"
import { refresh, refused } from "./session.ts"
import { members } from "./sessionView.ts"
import { listen } from "./tabs.ts"

/** Where a token may be sent, and how long, by the clock that nobody sets. */
export interface PageToken {
  readonly _tag: "PageToken"
  readonly accessToken: string
  readonly origin: string
  readonly until: number
}

/** Tokens in the memory of the page, by service. `last` is the one that was refused with 401, if one was. */
export type Tokens = (
  service: string,
  options: Request,
  last?: PageToken
) => Promise<PageToken | SignedOut | Unavailable>

/** Early enough to get a new one before LivePerson refuses it. */
const margin = 30_000

export const makeTokens = (): Tokens => {
  const held = new Map<string, PageToken>()
  // Whoever signs out in any tab signs out of this one.
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

/** The address of a path at the host of a token; none if it is at another one. */
export const tokenAddress = ({ origin }: PageToken, path: string): URL | undefined => {
  const url = URL.parse(path, origin)
  return url?.origin === origin ? url : undefined
}

export const leadsElsewhere = "The path leads to another host, which gets no token. Encode what is put into it."

const fetchWith = async (token: PageToken, path: string, options: ApiOptions): Promise<Answered | Unavailable> => {
  const { body = null, headers, method = "GET" } = options
  const url = tokenAddress(token, path)
  if (url === undefined) return unavailable("Refused", leadsElsewhere)
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
 * A function as {@link callApi}, which calls LivePerson itself. The backend must be told to give the page its access token
 * (`PageToken` of `@le-auth/web`), and LivePerson's API must allow the page's origin (CORS). The token is in the memory of this
 * function alone, goes to the host of its service alone, and is forgotten when anybody signs out. After a 401 it is renewed, and
 * the call repeated, once.
 *
 * Whoever can run a script in the page can take the token away. Prefer {@link callApi}.
 *
 * @example
 * ```ts
 * import { directApi } from "@le-auth/browser/plain"
 *
 * const call = directApi()
 * const result = await call("asyncMessagingEnt", "/api/account/12345678/messaging/consumer/conversation/send?v=3")
 * ```
 *
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
    // Nobody reads it, and so its connection would stay open.
    await first.response.body?.cancel()
    const renewed = await tokens(service, all, token)
    return renewed._tag === "PageToken" ? fetchWith(renewed, path, all) : renewed
  }
}
