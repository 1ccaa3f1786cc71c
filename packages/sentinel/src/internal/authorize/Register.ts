/**
 * Registers the redirect URI of a request that was refused, for the button of its error page.
 *
 * It changes what a code may be sent to, so it is for the built-in applications alone, on a Sentinel of this computer,
 * and only for a form that one of our pages had in it: no other page has its token.
 */
import { AccountId } from "@le-auth/core/Identifiers"
import { html } from "@le-auth/core/shared/Html"
import { problemOf } from "@le-auth/core/shared/RegisteredUri"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import * as Mac from "effect/crypto/Mac"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Audience } from "../http/Audience.ts"
import * as FormBody from "../http/FormBody.ts"
import * as Query from "../http/Query.ts"
import type { Reachability } from "../http/Reachability.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import * as SameOrigin from "../http/SameOrigin.ts"
import { notFound, ShownError, unavailable } from "../http/ShownError.ts"
import type { Render } from "../page/Page.ts"
import type { LoginTickets } from "../request/LoginTickets.ts"

const remedy = "Go back to the application and start the sign-in again."

const refused = (status: 400 | 403 | 413, description: string) =>
  new ShownError({ status, error: status === 403 ? "access_denied" : "invalid_request", description, remedy })

const notFromHere = refused(403, "The form does not come from an error page of this Sentinel.")

const [before, after] = ContractPaths.authorize.split(":accountId") as [string, string]

/** The account of an address of the authorization endpoint. */
const accountIn = (address: string): string | undefined => {
  const path = address.split("?", 1)[0]!
  const id = path.startsWith(before) && path.endsWith(after) ? path.slice(before.length, -after.length) : ""
  return /^\w+$/.test(id) ? AccountId.make(id) : undefined
}

/** Makes the handler of a POST. */
export const make = (parts: {
  readonly audience: Audience
  readonly reachability: Reachability
  readonly render: Render
  readonly tickets: LoginTickets
}): Handler => {
  const { audience, reachability, render, tickets } = parts
  const { accounts, control } = audience.development
  // What is added is added to what is there.
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  const add = Effect.fnUntraced(function* (accountId: string, clientId: string, uri: string) {
    const account = (yield* accounts.list).find(({ id }) => id === accountId)
    const installation = account?.installations.find(({ client_id }) => client_id === clientId)
    if (installation?.any_loopback_redirect !== true || problemOf(uri) !== undefined) return yield* notFromHere
    if (installation.redirect_uris.includes(uri)) return
    yield* Effect.mapError(
      accounts.changeInstallation(accountId, clientId, { redirect_uris: [...installation.redirect_uris, uri] }),
      (error) => (error._tag === "StoreUnavailable" ? unavailable : refused(400, "The address cannot be added."))
    )
  }, oneAtATime)

  return Effect.fnUntraced(function* ({ request }) {
    if (!audience.seesBuiltIn(request) || control?.() === undefined) return yield* notFound
    yield* SameOrigin.check(request, reachability)
    const body = yield* Effect.mapError(FormBody.read(request, { length: Infinity }), ({ description, status }) =>
      refused(status, description)
    )
    const address = body.get("address") ?? ""
    const expected = Utf8.encode(yield* tickets.registerToken(address))
    if (!Mac.timingSafeEqual(expected, Utf8.encode(body.get("token") ?? ""))) return yield* notFromHere
    const query = Query.parametersOf(address)
    const [accountId, clientId, uri] = [accountIn(address), query.get("client_id"), query.get("redirect_uri")]
    if (accountId === undefined || clientId === undefined || uri === undefined) return yield* notFromHere
    yield* add(accountId, clientId, uri)
    return render({
      title: "The address is registered",
      icon: "check",
      body: html`<h1>The address is registered</h1>
        <p class="lead"><code>${uri}</code> may now receive the answers of Sentinel.</p>
        <a class="button" href="${address}">Go on with the sign-in</a>`
    })
  })
}
