/**
 * Keeps web pages away from the control, and strangers from one that has a token (R90).
 *
 * A page of another site can send requests to loopback, and by DNS rebinding even be "of the same origin" as it. So the
 * browser must not say that the page is of another site, and a change needs a header or a content type that a page
 * cannot send without asking first; the control never answers that question. Without a token the control listens on
 * loopback, and the address in `Host` must be one that only this computer resolves. With one any address may be right,
 * and a page that was rebound to it has neither token nor cookie.
 */
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import { siteFiles } from "@le-auth/core/shared/SiteFiles"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { controlHeader } from "../../ControlApi.ts"
import { Forbidden, TooManyAttempts, TokenRequired } from "../../ControlError.ts"
import type { ControlAccess, Judgement } from "./ControlAccess.ts"
import * as ControlAnswers from "./ControlAnswers.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** How a browser comes to a control with a token. */
export interface BrowserSignIn {
  /** Answers `POST` {@link signInPath}. */
  readonly signIn: (request: Request) => Effect.Effect<Response>
  /** The page that asks for the token, and then goes on to where the request wanted to be. */
  readonly page: (refusal: Refusal, request: Request) => Response
}

/** Why a request of the control is not answered. */
export type Refusal = Exclude<Judgement, "right">

/** What is checked: names of this computer, as exact values of `Host`, or a token. */
export type Lock =
  | { readonly hosts: ReadonlySet<string> }
  | { readonly access: ControlAccess; readonly browser: BrowserSignIn }

/** The forms of pages of the control, which are sent without a script. */
export const signInPath = "/sign-in"
export const signOutPath = "/sign-out"

const forbidden = (problem: string) =>
  HttpServerResponse.jsonUnsafe(Schema.encodeUnknownSync(Forbidden)(new Forbidden({ problem })), { status: 403 })

/** The challenges of RFC 6750 section 3. */
const challenge = 'Bearer realm="control of Sentinel"'

const unauthorized = (problem: string, parameters: string) =>
  HttpServerResponse.jsonUnsafe(Schema.encodeUnknownSync(TokenRequired)(new TokenRequired({ problem })), {
    status: 401,
    headers: { "www-authenticate": challenge + parameters }
  })

const refusals: { readonly [Reason in Refusal]: () => Response } = {
  missing: () =>
    unauthorized(
      "This control asks for its token. Send it as Authorization: Bearer TOKEN. It is that of SENTINEL_CONTROL_TOKEN at " +
        "the start of Sentinel, or was printed there.",
      ""
    ),
  wrong: () => unauthorized("The token is not that of this control.", ', error="invalid_token"'),
  crowded: () =>
    HttpServerResponse.jsonUnsafe(
      Schema.encodeUnknownSync(TooManyAttempts)(
        new TooManyAttempts({ problem: "Too many requests with a wrong token. Try again in a second." })
      ),
      { status: 429, headers: { "retry-after": "1", connection: "close" } }
    )
}

/** What an answer to a page of a browser also says, beside the page itself. */
const asPage = (page: Response, { headers, status }: Response): Response =>
  HttpServerResponse.setStatus(HttpServerResponse.setHeaders(page, pick(headers)), status)

const pick = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    ["www-authenticate", "retry-after"].flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    })
  )

const isRead = (method: string): boolean => method === "GET" || method === "HEAD"

/** Every other path is a page that a person opens. */
const isOfPrograms = (path: string | undefined): boolean => path?.startsWith("/control/") ?? false

const isJson = (contentType: string | undefined): boolean =>
  (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase() === "application/json"

/** Why the page that sent a request is refused; `undefined` if it is not, or if there is no page. */
const problemOfSender = ({ headers }: Request, scheme: string): string | undefined => {
  const own = `${scheme}://${headers["host"]}`
  const { origin = own } = headers
  // The control has one origin only, so both headers must agree that it is its own.
  return FetchMetadata.senderOf(headers, own) === "foreign" || origin !== own
    ? "The request comes from a page of another origin."
    : undefined
}

const problemOfHost = ({ headers }: Request, hosts: ReadonlySet<string>): string | undefined => {
  const host = headers["host"]
  return host === undefined || !hosts.has(host.toLowerCase())
    ? `The control answers only at ${[...hosts].join(", ")}.`
    : undefined
}

const problemOfChange = ({ headers, method }: Request): string | undefined =>
  !isRead(method) && headers[controlHeader] === undefined && !isJson(headers["content-type"])
    ? `A change needs the header ${controlHeader}: 1 or the content type application/json.`
    : undefined

/** Refuses before any route is looked for and before anything of a body is read. */
export const layer = (lock: Lock, scheme: "http" | "https") => {
  const guard = Effect.fnUntraced(function* <E, R>(request: Request, app: Effect.Effect<Response, E, R>) {
    const sender =
      ("hosts" in lock ? problemOfHost(request, lock.hosts) : undefined) ?? problemOfSender(request, scheme)
    if (sender !== undefined) return forbidden(sender)
    const path = request.url.split("?", 1)[0]
    // Browsers ask for these by themselves, and there is nothing in them to protect.
    if (isRead(request.method) && path !== undefined && path in siteFiles)
      return yield* ControlAnswers.answer(request, app)
    let isForm = false
    if ("access" in lock) {
      if (request.method === "POST" && path === signInPath) return yield* lock.browser.signIn(request)
      const judgement = yield* lock.access.judge(request)
      if (judgement !== "right") {
        const refused = refusals[judgement]()
        return isRead(request.method) && !isOfPrograms(path)
          ? asPage(lock.browser.page(judgement, request), refused)
          : refused
      }
      isForm = request.method === "POST" && path === signOutPath
    }
    const problem = isForm ? undefined : problemOfChange(request)
    return problem === undefined ? yield* ControlAnswers.answer(request, app) : forbidden(problem)
  })
  return HttpRouter.middleware(
    Effect.succeed((app) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        Effect.map(guard(request, app), (response) =>
          HttpServerResponse.setHeaders(response, { ...documentHeaders, ...response.headers })
        )
      )
    ),
    { global: true }
  )
}
