/** The application's own backend, as a page reaches it. */
import { members } from "./sessionView.ts"
import { type Unavailable, unavailable } from "./results.ts"

/**
 * The options that a page must not have. The compiler refuses each of them, since everybody can read a secret in a
 * page.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.5 RFC 8252 section 8.5}
 * @category models
 * @since 0.1.0
 */
export interface NoSecret {
  readonly clientSecret?: never
  readonly client_secret?: never
  readonly refreshToken?: never
  readonly refresh_token?: never
}

/**
 * The paths of le-auth's routes, on the page's own origin.
 *
 * @category models
 * @since 0.1.0
 */
export interface Paths {
  readonly login: `/${string}`
  readonly session: `/${string}`
  readonly signOut: `/${string}`
  /** The path of the calls to LivePerson's APIs: `api` of `createLeAuth`, or `ApiProxy` of `@le-auth/web`. */
  readonly api: `/${string}`
}

/**
 * How a page reaches the application's own backend.
 *
 * @category models
 * @since 0.1.0
 */
export interface Backend extends NoSecret {
  /** The beginning of the paths of le-auth's routes, as browsers see them. Default: `/auth`. */
  readonly basePath?: `/${string}` | undefined
  /** Paths that are other ones. Default: `login`, `session`, `sign-out` and `liveperson` below `basePath`. */
  readonly paths?: Partial<Paths> | undefined
  /** The longest wait for an answer, in milliseconds. Default: 15,000. */
  readonly timeout?: number | undefined
}

/**
 * The options of one request to the backend.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Backend {
  /** Ends the wait when it is aborted. The backend may still have done the work. */
  readonly signal?: AbortSignal | undefined
}

/**
 * `requestHeader` of `@le-auth/core/SessionView`. Another site cannot make a browser send it. In an answer it is the
 * mark of le-auth: `answer` and `problem` of `ApiProxy`, and `done` of a sign-out.
 */
export const requestHeader = "x-le-auth"

export const pathsOf = ({ basePath = "/auth", paths }: Backend): Paths => {
  const base = basePath.replace(/\/$/, "") as "" | `/${string}`
  return {
    login: `${base}/login`,
    session: `${base}/session`,
    signOut: `${base}/sign-out`,
    api: `${base}/liveperson`,
    ...paths
  }
}

/** The address of a path on the page's own origin. Neither the path nor `<base>` can lead to another one. */
export const address = (location: Location, path: string): URL => {
  const url = new URL(location.origin)
  url.pathname = path
  return url
}

/** The address that starts a sign-in, on the origin of `location`. The sign-in comes back to `returnTo`. */
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

/** A signal that ends a wait: by the caller's own signal, or after the timeout. */
export const limited = ({ signal, timeout = 15_000 }: Request): AbortSignal => {
  const limit = AbortSignal.timeout(timeout)
  return signal ? AbortSignal.any([signal, limit]) : limit
}

/** An answer of the backend. `body` is `undefined` if it was not JSON. */
export interface Answer {
  readonly _tag: "Answer"
  readonly status: number
  readonly body: unknown
  /** What le-auth says about the answer, in the header of {@link requestHeader}. */
  readonly mark: string | null | undefined
}

/** The result for a `fetch` that failed. */
export const failure = (error: unknown, signal: AbortSignal | undefined): Unavailable =>
  signal?.aborted
    ? unavailable("Aborted", "The request was given up.")
    : error instanceof DOMException && error.name === "TimeoutError"
      ? unavailable("Timeout", "The application's server did not answer in time. Try again later.")
      : unavailable("Unreachable", "The application's server cannot be reached. Check the network, then try again.")

/**
 * Sends a request to the backend, and reads the answer. A redirect is not followed: le-auth never answers a script with
 * one, so it leads elsewhere. The request and its cookies go to the page's own origin only.
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

/** Reads a response as an answer of the backend. */
export const answerOf = async (response: Response): Promise<Answer> => ({
  _tag: "Answer",
  status: response.status,
  mark: response.headers.get(requestHeader),
  body: parse(await response.text())
})

/** Sends a request without a body to the backend. */
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

/**
 * The result for an answer that the caller does not expect. A route of le-auth says in JSON why it refuses, and never
 * with 404 or 405: with those a framework says in its own JSON that it has no such route.
 */
export const unexpected = ({ body, status }: Answer): Unavailable => {
  const { error, message } = members(body)
  return typeof error === "string" && status >= 400 && status !== 404 && status !== 405
    ? unavailable("Refused", typeof message === "string" ? message.slice(0, 500) : error.slice(0, 100), status)
    : unavailable(
        "BadAnswer",
        `The answer (status ${status}) is not le-auth's. Check that the backend has its routes, and the option basePath.`,
        status
      )
}
