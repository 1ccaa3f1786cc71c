/** `/control/approve` and `/control/tokens`: a sign-in without a browser. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Approved, IssuedTokens, NewApproval, NewTokens } from "../../Approval.ts"
import { InvalidChange, NotSupported, NotThere, SignInRefused } from "../../ControlError.ts"

const error = [InvalidChange, NotThere, NotSupported, SignInRefused] as const

/** Sign-ins: to approve or refuse one, and to have the tokens of one. */
export class SignInsGroup extends HttpApiGroup.make("signIns").add(
  HttpApiEndpoint.post("approve", "/control/approve", { payload: NewApproval, success: Approved, error }).annotateMerge(
    OpenApi.annotations({
      title: "Answer an authorization request as a user does, without a browser and a password",
      description:
        "url: where the application sends a browser; its host counts for nothing. user: an e-mail address or an id; " +
        "default: the first enabled user of the account. deny: true, or the error and its description, to refuse. The " +
        "answer is where the browser would come back to, with a code or an error. Every check and every entry of the " +
        "journal is that of a browser."
    })
  ),
  HttpApiEndpoint.post("tokens", "/control/tokens", { payload: NewTokens, success: IssuedTokens, error }).annotateMerge(
    OpenApi.annotations({
      title: "Tokens, by a whole sign-in",
      description:
        "Default: the first account, its first installation that may use codes, and its first enabled user. For an " +
        "installation that has client_credentials alone it is an app token. The answer is that of the token endpoint."
    })
  )
) {}
