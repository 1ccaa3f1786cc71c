/**
 * The HTTP contract of the control, for the command line, for tests in other processes and for curl.
 *
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import { AccountsGroup } from "./internal/contract/AccountsApi.ts"
import { ClockGroup, FaultsGroup } from "./internal/contract/FaultsApi.ts"
import { JournalGroup } from "./internal/contract/JournalApi.ts"
import { ServicesGroup, StubsGroup } from "./internal/contract/ServicesApi.ts"
import { SignInsGroup } from "./internal/contract/SignInsApi.ts"
import { KeysGroup, SessionsGroup, StateGroup } from "./internal/contract/StateApi.ts"
import { TokensGroup } from "./internal/contract/TokensApi.ts"
import { WebhooksGroup } from "./internal/contract/WebhooksApi.ts"
import {
  BodyTooLarge,
  Forbidden,
  InternalError,
  InvalidChange,
  NotJson,
  TooManyAttempts,
  TokenRequired,
  UnreadableBody
} from "./ControlError.ts"

/**
 * The header of every request that changes something. A page of another site cannot send it: its browser would have to
 * ask first, and the control does not allow it.
 *
 * @see {@link https://fetch.spec.whatwg.org/#cors-preflight-fetch Fetch, CORS-preflight fetch}
 * @category models
 * @since 0.1.0
 */
export const controlHeader = "x-sentinel-control"

/**
 * The errors that every request can be answered with: it does not fit the contract (with all its problems), it is too
 * large, it breaks off, it is not JSON, it comes from a page of another site, it has not the token of the control, or
 * Sentinel has an internal error.
 *
 * @category services
 * @since 0.1.0
 */
export class AllProblems extends HttpApiMiddleware.Service<AllProblems>()("@le-auth/sentinel/ControlApi/AllProblems", {
  error: [
    InvalidChange,
    UnreadableBody,
    TokenRequired,
    Forbidden,
    BodyTooLarge,
    NotJson,
    TooManyAttempts,
    InternalError
  ]
}) {}

/**
 * The whole contract. `OpenApi.fromApi(ControlApi)` gives the OpenAPI document, which a running control has at
 * `/control/openapi.json`. {@link controlHeader} or a JSON body is needed by each request that changes something.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ControlApi extends HttpApi.make("sentinel-control")
  .add(ClockGroup, FaultsGroup, JournalGroup, AccountsGroup, ServicesGroup, StubsGroup)
  .add(SignInsGroup, SessionsGroup, TokensGroup, StateGroup, KeysGroup, WebhooksGroup)
  .middleware(AllProblems)
  .annotate(HttpApi.ParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Control of Sentinel",
      version: "1.0",
      description:
        `Tells le-auth's Sentinel what to do. Every request that changes something has a JSON body or the header ` +
        `\`${controlHeader}: 1\`. A control that was started with a token wants it in every request, as ` +
        "`Authorization: Bearer TOKEN`.",
      transform: (document) => ({
        ...document,
        components: {
          ...(document["components"] as object),
          securitySchemes: { token: { type: "http", scheme: "bearer" } }
        },
        // Either is right: most controls have no token.
        security: [{}, { token: [] }]
      })
    })
  ) {}
