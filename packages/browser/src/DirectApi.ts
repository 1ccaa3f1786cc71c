/**
 * Calls to LivePerson's APIs by the page itself, with a token in its memory.
 *
 * **A script in the page can take the token away.** `BrowserApi` works without a token in the page.
 *
 * @since 0.1.0
 */
import type * as Page from "@le-auth/page"
import { leadsElsewhere, makeTokens, type PageToken, tokenAddress } from "@le-auth/page/shared"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { call, notSignedIn, unavailable } from "./internal/fromPage.ts"
import type { BackendUnavailable, PageNotSignedIn } from "./PageError.ts"

/**
 * The service to call, and the way to the backend, which gives the token.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Page.Backend {
  /** The service of the Domain API that gets the requests. */
  readonly service: string
}

/**
 * Makes an `HttpClient` that sends requests for paths of a service to LivePerson, with the signed-in user's access
 * token. The backend needs `PageToken` of `@le-auth/web`, and LivePerson's API must allow the page's origin (CORS).
 *
 * The token goes only to the host of the service, and is forgotten at a sign-out in any tab. After a 401 the token is
 * renewed, and the request repeated, once. Make the client once, since each has a token of its own.
 *
 * @example
 * ```ts
 * import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
 * import * as DirectApi from "@le-auth/browser/DirectApi"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const client = HttpClient.HttpClient.pipe(
 *   Effect.map(DirectApi.authorized({ service: "asyncMessagingEnt" })),
 *   Effect.provide(BrowserHttp.layer)
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const authorized = (options: Options) => {
  const { service, ...backend } = options
  const tokens = makeTokens()
  const token = (last?: PageToken): Effect.Effect<PageToken, PageNotSignedIn | BackendUnavailable> =>
    Effect.flatMap(
      call((request) => tokens(service, request, last), backend),
      (result): Effect.Effect<PageToken, PageNotSignedIn | BackendUnavailable> => {
        switch (result._tag) {
          case "PageToken":
            return Effect.succeed(result)
          case "SignedOut":
            return Effect.fail(notSignedIn(result))
          case "Unavailable":
            return Effect.fail(unavailable(result))
        }
      }
    )

  return <E, R>(
    client: HttpClient.HttpClient.With<E, R>
  ): HttpClient.HttpClient.With<E | HttpClientError.HttpClientError | PageNotSignedIn | BackendUnavailable, R> => {
    const send = (request: HttpClientRequest.HttpClientRequest, page: PageToken) => {
      const address = tokenAddress(page, request.url)
      return address === undefined
        ? Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.InvalidUrlError({ request, description: leadsElsewhere })
            })
          )
        : client.execute(
            request.pipe(HttpClientRequest.setUrl(address.href), HttpClientRequest.bearerToken(page.accessToken))
          )
    }
    return HttpClient.transform(client, (_, request) =>
      Effect.gen(function* () {
        const first = yield* token()
        const response = yield* send(request, first)
        // A body that is a stream is used up and cannot be sent again.
        if (response.status !== 401 || request.body._tag === "Stream") return response
        return yield* send(request, yield* token(first))
      })
    )
  }
}
