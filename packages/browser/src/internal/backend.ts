/** The application's own backend, as a page reaches it. */
import { members } from "./sessionView.ts"
import { type Unavailable, unavailable } from "./results.ts"

/**
 * What a page must not have. Whoever passes one of these does not get past the compiler: a secret in a page is everybody's
 * (RFC 8252 section 8.5, OAuth 2.1 section 7.2).
 *
 * @since 0.1.0
 */
export interface NoSecret {
  readonly clientSecret?: never
  readonly client_secret?: never
  readonly refreshToken?: never
  readonly refresh_token?: never
}

/**
 * Where the routes of `@le-auth/web` are, on the page's own origin.
 *
 * @since 0.1.0
 */
export interface Paths {
  readonly login: `/${string}`
  readonly session: `/${string}`
  readonly signOut: `/${string}`
  /** Where `ApiProxy` of `@le-auth/web` is. */
  readonly api: `/${string}`
}

/**
 * @since 0.1.0
 */
export interface Backend extends NoSecret {
  /** Default: `/login`, `/session`, `/sign-out` and `/liveperson`, as in `@le-auth/web`. */
  readonly paths?: Partial<Paths> | undefined
  /** How long to wait for an answer, in milliseconds. Default: 15,000. */
  readonly timeout?: number | undefined
}

/**
 * @since 0.1.0
 */
export interface Request extends Backend {
  /** Gives up when it is aborted; the backend may still have done what it was asked for. */
  readonly signal?: AbortSignal | undefined
}

/** `x-le-auth`: another site cannot make a browser send it. The same as `requestHeader` of `@le-auth/core/SessionView`. */
export const requestHeader = "x-le-auth"

export const pathsOf = (options: Backend): Paths => ({
  login: "/login",
  session: "/session",
  signOut: "/sign-out",
  api: "/liveperson",
  ...options.paths
})

/** An address on the page's own origin, whatever the path looks like and whatever `<base>` says. */
export const address = (location: Location, path: string): URL => {
  const url = new URL(location.origin)
  url.pathname = path
  return url
}

/** Where a sign-in starts that comes back to a path, on the origin of `location`. */
export const loginAddress = (
  location: Location,
  options: Backend & { readonly account?: string | undefined },
  returnTo: string
): URL => {
  const url = address(location, pathsOf(options).login)
  url.searchParams.set("returnTo", returnTo)
  if (options.account !== undefined) url.searchParams.set("account", options.account)
  return url
}

/** Ends a wait: the caller's own signal, or the time that a request may take. */
export const limited = ({ signal, timeout = 15_000 }: Request): AbortSignal => {
  const limit = AbortSignal.timeout(timeout)
  return signal ? AbortSignal.any([signal, limit]) : limit
}

/** What the backend answered; `body` is absent if it was not JSON. */
export interface Answer {
  readonly _tag: "Answer"
  readonly status: number
  readonly body: unknown
}

export const failure = (error: unknown, signal: AbortSignal | undefined): Unavailable =>
  signal?.aborted
    ? unavailable("Aborted", "The request was given up.")
    : error instanceof DOMException && error.name === "TimeoutError"
      ? unavailable("Timeout", "The application's server did not answer in time. Try again later.")
      : unavailable("Unreachable", "The application's server cannot be reached. Check the network, then try again.")

/**
 * Sends a request to the backend, and does something with what comes. A redirect is not followed: nothing of le-auth answers
 * with one to a script, so it leads elsewhere. The cookie goes to the page's own origin only, and so does the request.
 */
export const send = async <A>(
  url: () => URL,
  init: RequestInit,
  options: Request,
  read: (response: Response) => A | Promise<A>
): Promise<A | Unavailable> => {
  try {
    // @effect-diagnostics-next-line globalFetch:off
    const response = await fetch(url(), {
      ...init,
      mode: "same-origin",
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      signal: limited(options)
    })
    return await read(response)
  } catch (error) {
    return failure(error, options.signal)
  }
}

/** What the backend says about itself. */
export const answerOf = async (response: Response): Promise<Answer> => ({
  _tag: "Answer",
  status: response.status,
  body: parse(await response.text())
})

/** Asks the backend. */
export const ask = (method: "GET" | "POST", path: string, options: Request): Promise<Answer | Unavailable> =>
  send(
    () => address(location, path),
    { method, headers: { accept: "application/json", [requestHeader]: "1" } },
    options,
    answerOf
  )

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer that is none of those expected. */
export const unexpected = ({ body, status }: Answer): Unavailable => {
  const { error, message } = members(body)
  return typeof error === "string" && status >= 400
    ? unavailable("Refused", typeof message === "string" ? message.slice(0, 500) : error.slice(0, 100), status)
    : unavailable(
        "BadAnswer",
        `What answered (status ${status}) is not the backend of @le-auth/web. Check that its routes are there, and the option paths.`,
        status
      )
}
