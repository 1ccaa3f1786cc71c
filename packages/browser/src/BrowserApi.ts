/**
 * Calls to LivePerson's APIs through the application's backend (`ApiProxy` of `@le-auth/web`). The backend adds the
 * access token, which never comes to the page.
 *
 * @since 0.1.0
 */
import { discard } from "@le-auth/core/Http"
import type * as Page from "@le-auth/page"
import { apiAddress, isAnswer, isProblem, notPassedOn, refused, requestHeader } from "@le-auth/page/shared"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import { atRoot } from "./internal/atRoot.ts"
import { notSignedIn, unavailable } from "./internal/fromPage.ts"
import type { BackendUnavailable, PageNotSignedIn } from "./PageError.ts"

/**
 * The service to call, and the way to the backend.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Page.NoSecret {
  /** The service of the Domain API that gets the requests, such as `accountConfigReadOnly`. */
  readonly service: string
  /** The beginning of the backend's paths. Default: none, as in `@le-auth/web`. */
  readonly basePath?: Page.Backend["basePath"]
  /** The paths of the backend that are other ones. Default: those of `@le-auth/web`. */
  readonly paths?: Page.Backend["paths"]
}

/** LivePerson's answer. Any other answer is an error. */
const checked = (
  response: HttpClientResponse
): Effect.Effect<HttpClientResponse, PageNotSignedIn | BackendUnavailable> => {
  const mark = response.headers[requestHeader]
  if (isAnswer(mark)) return Effect.succeed(response)
  if (!isProblem(mark)) {
    return Effect.andThen(discard(response), Effect.fail(unavailable(notPassedOn(response.status))))
  }
  return response.json.pipe(
    Effect.orElseSucceed(() => undefined),
    Effect.flatMap((body): Effect.Effect<never, PageNotSignedIn | BackendUnavailable> => {
      const result = refused({ _tag: "Answer", status: response.status, body, mark })
      return Effect.fail(result._tag === "SignedOut" ? notSignedIn(result) : unavailable(result))
    })
  )
}

/**
 * Makes an `HttpClient` that sends requests for paths of a service through the backend, as the signed-in user. Give it
 * the client of `BrowserHttp.layer`. The backend passes on only the services and paths that it lists.
 *
 * A request fails with `PageNotSignedIn` without a session, with `BackendUnavailable` if the backend does not pass it
 * on, and with `HttpClientError` if its path leads out of the service.
 *
 * @example
 * ```ts
 * import * as BrowserApi from "@le-auth/browser/BrowserApi"
 * import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const users = (account: string) =>
 *   HttpClient.HttpClient.pipe(
 *     Effect.map(BrowserApi.authorized({ service: "accountConfigReadOnly" })),
 *     Effect.flatMap((client) => client.get(`/api/account/${account}/configuration/le-users/users?v=6.0`)),
 *     Effect.flatMap((response) => response.json),
 *     Effect.provide(BrowserHttp.layer)
 *   )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const authorized =
  (options: Options) =>
  <E, R>(
    client: HttpClient.HttpClient.With<E, R>
  ): HttpClient.HttpClient.With<E | HttpClientError.HttpClientError | PageNotSignedIn | BackendUnavailable, R> =>
    HttpClient.transform(
      HttpClient.mapRequestEffect(client, (request) => {
        const address = apiAddress(atRoot(options), options.service, request.url)
        return address === undefined
          ? Effect.fail(
              new HttpClientError.HttpClientError({
                reason: new HttpClientError.InvalidUrlError({
                  request,
                  description: "The path leads out of the API. Encode the values that you put into it."
                })
              })
            )
          : Effect.succeed(
              request.pipe(
                HttpClientRequest.setUrl(address.href),
                HttpClientRequest.removeHeader("authorization"),
                HttpClientRequest.setHeader(requestHeader, "1")
              )
            )
      }),
      (
        response
      ): Effect.Effect<
        HttpClientResponse,
        E | HttpClientError.HttpClientError | PageNotSignedIn | BackendUnavailable,
        R
      > => Effect.flatMap(response, checked)
    )
