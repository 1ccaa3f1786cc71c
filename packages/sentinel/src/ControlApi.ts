/**
 * The HTTP contract of the control: what a Sentinel can be told, by its command line, by tests in other processes, by curl.
 *
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import { AccountsGroup } from "./internal/contract/AccountsApi.ts"
import { ClockGroup, FaultsGroup } from "./internal/contract/FaultsApi.ts"
import { JournalGroup } from "./internal/contract/JournalApi.ts"
import { KeysGroup, SessionsGroup, StateGroup } from "./internal/contract/StateApi.ts"
import { BodyTooLarge, Forbidden, InternalError, InvalidChange, NotJson, UnreadableBody } from "./ControlError.ts"

/**
 * The header that every request with a change has. A page of another site cannot send it without being asked first by its
 * browser, and the answer is no.
 *
 * @since 0.1.0
 */
export const controlHeader = "x-sentinel-control"

/**
 * What any request may be answered: one that does not fit the contract, with all its problems; one that is too large, breaks off
 * or is not JSON; one that may not come; and one that something in here fails at.
 *
 * @since 0.1.0
 */
export class AllProblems extends HttpApiMiddleware.Service<AllProblems>()("@le-auth/sentinel/ControlApi/AllProblems", {
  error: [InvalidChange, UnreadableBody, Forbidden, BodyTooLarge, NotJson, InternalError]
}) {}

/**
 * The whole contract. `OpenApi.fromApi(ControlApi)` gives the OpenAPI document.
 *
 * @since 0.1.0
 */
export class ControlApi extends HttpApi.make("sentinel-control")
  .add(ClockGroup, FaultsGroup, JournalGroup, AccountsGroup, SessionsGroup, StateGroup, KeysGroup)
  .middleware(AllProblems)
  .annotate(HttpApi.ParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Control of Sentinel",
      version: "1.0",
      description:
        `Tells le-auth's Sentinel what to do. Every request that changes something has a JSON body or the header ` +
        `\`${controlHeader}: 1\`.`
    })
  ) {}
