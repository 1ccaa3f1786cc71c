/** APIs of LivePerson, called through the backend: it has the token. */
import { answerOf, type NoSecret, pathsOf, type Request, requestHeader, send } from "./backend.ts"
import { type SignedOut, type Unavailable, unavailable } from "./results.ts"
import { refused } from "./session.ts"

/**
 * @since 0.1.0
 */
export interface ApiOptions extends Request, NoSecret {
  /** Default: `GET`. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined
  /** Of these the backend passes on `Accept`, `Content-Type`, and what makes a request conditional. */
  readonly headers?: Readonly<Record<string, string>> & {
    readonly authorization?: never
    readonly Authorization?: never
  }
  readonly body?: string | Blob | ArrayBuffer | FormData | URLSearchParams | undefined
}

/**
 * LivePerson answered, with whatever status: `response` is that of `fetch`, its body not yet read.
 *
 * @since 0.1.0
 */
export interface Answered {
  readonly _tag: "Answered"
  readonly response: Response
}

/** The address at the backend for a path of a service; none if the path would lead out of there. */
export const apiAddress = (options: Request, service: string, path: string): URL | undefined => {
  const root = `${pathsOf(options).api}/${encodeURIComponent(service)}/`
  const url = new URL(location.origin + root + path.replace(/^\//, ""))
  return url.origin === location.origin && url.pathname.startsWith(root) ? url : undefined
}

/** Who speaks, by the mark of `ApiProxy`. A proxy in between, or a backend without `ApiProxy`, sets none. */
export const isAnswer = (mark: string | null | undefined): boolean => mark === "answer"
export const isProblem = (mark: string | null | undefined): boolean => mark === "problem"

/** What came is neither LivePerson's answer nor the backend's own. */
export const notPassedOn = (status: number): Unavailable =>
  unavailable(
    "BadAnswer",
    `The backend did not pass this call on (status ${status}). Check that it has ApiProxy at this path, and what is in front of it.`,
    status
  )

/**
 * Calls an API of LivePerson as the signed-in user, through the backend (`ApiProxy` of `@le-auth/web`), which adds the access
 * token: it never comes to the page. The backend calls the services and paths that it lists, and no others.
 *
 * @example
 * ```ts
 * import { callApi } from "@le-auth/browser/plain"
 *
 * const users = async (account: string) => {
 *   const result = await callApi("accountConfigReadOnly", `/api/account/${account}/configuration/le-users/users?v=6.0`)
 *   return result._tag === "Answered" ? result.response.json() : result.message
 * }
 * ```
 *
 * @since 0.1.0
 */
export const callApi = async (
  service: string,
  path: `/${string}`,
  options: ApiOptions = {}
): Promise<Answered | SignedOut | Unavailable> => {
  const { body, headers, method = "GET" } = options
  const url = apiAddress(options, service, path)
  if (url === undefined) return unavailable("Refused", "The path leads out of the API. Encode what is put into it.")
  return send(
    () => url,
    { method, headers: { accept: "application/json", ...headers, [requestHeader]: "1" }, body: body ?? null },
    options,
    async (response): Promise<Answered | SignedOut | Unavailable> => {
      const mark = response.headers.get(requestHeader)
      if (isAnswer(mark)) return { _tag: "Answered", response }
      if (isProblem(mark)) return refused(await answerOf(response))
      await response.body?.cancel()
      return notPassedOn(response.status)
    }
  )
}
