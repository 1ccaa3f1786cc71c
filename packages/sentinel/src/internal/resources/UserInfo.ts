/**
 * The userinfo endpoint: claims about the user of an access token. **Not LivePerson.**
 *
 * @see OpenID Connect Core section 5.3
 */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { User } from "../../Directory.ts"
import * as Scopes from "../documents/Scopes.ts"
import * as FormBody from "../http/FormBody.ts"
import type { Handler, Incoming } from "../http/RouteHandlers.ts"
import { ShownError } from "../http/ShownError.ts"
import type { TokenCheck } from "./TokenCheck.ts"

const invalidRequest = (description: string, status: 400 | 413 = 400) =>
  new ShownError({
    status,
    error: "invalid_request",
    description,
    remedy: "Send the access token once: in the header Authorization: Bearer, or in a form as access_token.",
    headers: { "www-authenticate": 'Bearer error="invalid_request"' }
  })

/** The token in the form of a POST (RFC 6750 section 2.2), which must not have one in the header as well. */
const tokenInForm = Effect.fnUntraced(function* ({ request }: Incoming) {
  if (!FormBody.isForm(request)) return undefined
  const form = yield* Effect.mapError(FormBody.read(request), ({ description, status }) =>
    invalidRequest(description, status)
  )
  if (form.repeated.has("access_token")) return yield* invalidRequest("The access token appears more than once.")
  const token = form.get("access_token")
  return token !== undefined && request.headers["authorization"] !== undefined
    ? yield* invalidRequest("The access token is in the header and in the form.")
    : token
})

/** The claims of all scopes. `sub` is that of the id_token. */
const claimsOf = ({ email, id, isAdmin, isLpa, name }: User): Readonly<Record<string, unknown>> => ({
  sub: id,
  email,
  name,
  is_admin: isAdmin,
  is_lpa: isLpa
})

/** Makes the handlers. No app token opens it, whatever its scope. */
export const make = (check: TokenCheck): { readonly GET: Handler; readonly POST: Handler } => {
  const answer = Effect.fnUntraced(function* (incoming: Incoming, token?: string) {
    const holder = yield* check(incoming, { scope: undefined, holders: "user", token })
    const wanted = Scopes.claimsOf(holder.scope)
    const claims = Object.entries(claimsOf(holder.user)).filter(([name]) => wanted.has(name))
    return HttpServerResponse.jsonUnsafe(Object.fromEntries(claims), { headers: documentHeaders })
  })
  return {
    GET: (incoming) => answer(incoming),
    POST: (incoming) => Effect.flatMap(tokenInForm(incoming), (token) => answer(incoming, token))
  }
}
