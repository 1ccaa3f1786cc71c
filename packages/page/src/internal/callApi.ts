/** Calls to LivePerson's APIs through the backend, which has the token. */
import { answerOf, type NoSecret, pathsOf, type Request, requestHeader, send } from "./backend.ts"
import { type SignedOut, type Unavailable, unavailable } from "./results.ts"
import { refused } from "./session.ts"

/**
 * A call to one of LivePerson's APIs.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiOptions extends Request, NoSecret {
  /** Default: `GET`. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined
  /**
   * The backend passes on `Accept`, `Accept-Language`, `Content-Type`, and the conditions of a request such as
   * `If-Match`.
   */
  readonly headers?: Readonly<Record<string, string>> & {
    readonly authorization?: never
    readonly Authorization?: never
  }
  /** The body, as `fetch` takes it. `GET` has none. */
  readonly body?: string | Blob | ArrayBuffer | FormData | URLSearchParams | undefined
}

/**
 * LivePerson answered, with any status. `response` is that of `fetch`, and its body is not yet read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answered {
  readonly _tag: "Answered"
  readonly response: Response
}

/** The address at the backend for a path of a service, or `undefined` if the path leads out of the service. */
export const apiAddress = (options: Request, service: string, path: string): URL | undefined => {
  const root = `${pathsOf(options).api}/${encodeURIComponent(service)}/`
  const url = new URL(location.origin + root + path.replace(/^\//, ""))
  return url.origin === location.origin && url.pathname.startsWith(root) ? url : undefined
}

/**
 * Whether the mark of `ApiProxy` says that LivePerson answered. A proxy in between, or a backend without `ApiProxy`,
 * sets no mark.
 */
export const isAnswer = (mark: string | null | undefined): boolean => mark === "answer"
/** Whether the mark says that `ApiProxy` itself answered. */
export const isProblem = (mark: string | null | undefined): boolean => mark === "problem"

/** The result for an answer that is neither LivePerson's nor the backend's own. */
export const notPassedOn = (status: number): Unavailable =>
  unavailable(
    "BadAnswer",
    `LivePerson did not answer this call (status ${status}): the backend has no route for it, or a server in front of it answered. Add the API to the option api of createLeAuth, or to ApiProxy, and look at the path and the option basePath.`,
    status
  )

/**
 * The result for a call that no request can be, such as a `GET` with a body: `fetch` rejects it like a network that is
 * down.
 */
export const impossible = (url: URL, init: RequestInit): Unavailable | undefined => {
  try {
    void new Request(url, init)
    return undefined
  } catch {
    return unavailable("Refused", "No request can be like this. Look at its method, headers and body.")
  }
}

/**
 * Calls an API of LivePerson as the signed-in user, through the backend (the option `api` of `createLeAuth`, or
 * `ApiProxy` of `@le-auth/web`). The backend adds the access token, which never comes to the page, and calls only the
 * services and paths that it lists.
 *
 * `service` is a service of the Domain API, and `path` is a path there, with its query. Gives LivePerson's answer with
 * any status, `SignedOut` without a session, and `Unavailable` if the backend does not pass the call on.
 *
 * @example
 * ```ts
 * import { callApi } from "@le-auth/page"
 *
 * const users = async (account: string) => {
 *   const result = await callApi("accountConfigReadOnly", `/api/account/${account}/configuration/le-users/users?v=6.0`)
 *   return result._tag === "Answered" ? result.response.json() : result.message
 * }
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const callApi = async (
  service: string,
  path: `/${string}`,
  options: ApiOptions = {}
): Promise<Answered | SignedOut | Unavailable> => {
  const { body, headers, method = "GET" } = options
  const url = apiAddress(options, service, path)
  if (url === undefined)
    return unavailable("Refused", "The path leads out of the API. Encode the values that you put into it.")
  const init = { method, headers: { accept: "application/json", ...headers, [requestHeader]: "1" }, body: body ?? null }
  return (
    impossible(url, init) ??
    send(
      () => url,
      init,
      options,
      async (response): Promise<Answered | SignedOut | Unavailable> => {
        const mark = response.headers.get(requestHeader)
        if (isAnswer(mark)) return { _tag: "Answered", response }
        if (isProblem(mark)) return refused(await answerOf(response))
        await response.body?.cancel()
        return notPassedOn(response.status)
      }
    )
  )
}
