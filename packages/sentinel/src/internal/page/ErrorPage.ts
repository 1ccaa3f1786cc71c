/** Shows errors: as a page to browsers, as the JSON of OAuth 2.0 to programs. */
import { html } from "@le-auth/core/shared/Html"
import { privateHeaders } from "@le-auth/core/shared/PagePolicy"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as RequestContext from "../http/RequestContext.ts"
import type { Show, ShownError } from "../http/ShownError.ts"
import type * as Page from "./Page.ts"

const titles: Record<ShownError["status"], string> = {
  400: "This sign-in request is not valid",
  401: "This application is not known here",
  403: "This form was not accepted",
  404: "Not found",
  405: "Not allowed",
  408: "That took too long",
  413: "Too large",
  414: "Too long",
  429: "Please wait a moment",
  431: "Too large",
  500: "Something went wrong",
  501: "Not allowed",
  503: "Not available for a moment"
}

/** Where a page of an error leads, in development. */
export interface Ways {
  /** The entry of the request in the journal. */
  readonly entry: string | undefined
  /** Whether the server has the start page. */
  readonly hasStart: boolean
}

const links = ({ entry, hasStart }: Ways) =>
  (hasStart || entry !== undefined) &&
  html`<ul class="ways">
    ${entry !== undefined && html`<li><a href="${entry}">See this request in the inspector</a></li>`}
    ${hasStart && html`<li><a href="/">Accounts and applications of this Sentinel</a></li>`}
  </ul>`

/** Renders an error: as a page if the client accepts pages, else as the JSON of OAuth 2.0. */
export const answer = (
  render: Page.Render,
  error: ShownError,
  {
    requestId,
    wantsPage,
    ways
  }: { readonly requestId: string; readonly wantsPage: boolean; readonly ways?: Ways | undefined }
): HttpServerResponse.HttpServerResponse => {
  const headers = { "x-request-id": requestId, ...error.headers }
  if (!wantsPage) {
    return HttpServerResponse.jsonUnsafe(
      { error: error.error, error_description: `${error.description} ${error.remedy}` },
      { status: error.status, headers: { ...privateHeaders, "x-frame-options": "DENY", ...headers } }
    )
  }
  return render({
    status: error.status,
    title: titles[error.status],
    icon: "alert",
    headers,
    formTargets: error.more === undefined ? undefined : [],
    body: html`<h1>${titles[error.status]}</h1>
      <p class="lead">${error.description}</p>
      <p>${error.remedy}</p>
      ${error.more}
      <dl>
        <dt>Error</dt>
        <dd><code>${error.error}</code></dd>
        <dt>Request</dt>
        <dd><code>${requestId}</code></dd>
      </dl>
      ${ways !== undefined && links(ways)}`
  })
}

/**
 * Makes the {@link Show} of Sentinel, which also logs the error. The id of the request is in the answer and in the log
 * (R94). In development the page also leads on.
 */
export const make = (
  render: Page.Render,
  waysOf: (request: HttpServerRequest.HttpServerRequest, requestId: string) => Ways | undefined = () => undefined
): Effect.Effect<Show, never, SecureRandom.SecureRandom> =>
  Effect.map(RequestContext.make, (contextOf): Show =>
    Effect.fnUntraced(function* (error, request) {
      const { id: requestId } = yield* contextOf(request, yield* RequestContext.Current)
      // Without the query, which may hold a state, and escaped, so that a log line stays one line.
      const path = JSON.stringify(request.url.split("?", 1)[0]!.slice(0, 200))
      yield* Effect.logInfo(`refused: ${error.reason ?? error.description}`).pipe(
        Effect.annotateLogs({ requestId, status: error.status, error: error.error, method: request.method, path })
      )
      return answer(render, error, {
        requestId,
        wantsPage: (request.headers["accept"] ?? "").includes("text/html"),
        ways: waysOf(request, requestId)
      })
    })
  )
