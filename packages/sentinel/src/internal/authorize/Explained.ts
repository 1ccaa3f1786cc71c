/**
 * What an error page says in development: what was sent, what is registered, and which button or flag helps. Without
 * pages for development an error stays as it is, and repeats nothing of the request.
 */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import { problemOf } from "@le-auth/core/shared/RegisteredUri"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { Installation } from "../../Directory.ts"
import * as Paths from "../../Paths.ts"
import type { Audience } from "../http/Audience.ts"
import { ShownError } from "../http/ShownError.ts"
import * as AuthorizeChecks from "./AuthorizeChecks.ts"
import type { LoginTickets } from "../request/LoginTickets.ts"

/** What is known of a request when it is refused. */
export interface Seen {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly accountId: string
  readonly clientId: string | undefined
  readonly redirectUri: string | undefined
  readonly installation?: Installation
  /** The address that asks the same again. */
  readonly address: () => string
}

/** Adds to an error what a developer wants to know. */
export type Explain = (error: ShownError, seen: Seen) => Effect.Effect<ShownError>

/** The most entries of a list, and the most characters of a text. */
const most = { entries: 20, characters: 300 }

const code = (text: string): Html => html`<code>${text.slice(0, most.characters)}</code>`

const list = (items: ReadonlyArray<Html>): Html =>
  html`<ul>
    ${join(items.slice(0, most.entries).map((item) => html`<li>${item}</li>`))}
    ${items.length > most.entries && html`<li>and ${items.length - most.entries} more</li>`}
  </ul>`

const row = (name: string, value: Html | undefined) =>
  value &&
  html`<dt>${name}</dt>
    <dd>${value}</dd>`

const sent = ({ accountId, clientId, redirectUri }: Seen): Html =>
  list([
    html`account ${code(accountId)}`,
    html`client_id ${clientId === undefined ? "missing" : code(clientId)}`,
    html`redirect_uri ${redirectUri === undefined ? "missing" : code(redirectUri)}`
  ])

const registered = ({ anyLoopbackRedirect, redirectUris }: Installation): Html =>
  list([
    ...redirectUris.map(code),
    ...(anyLoopbackRedirect === true ? [html`every address of localhost, 127.0.0.1 and [::1]`] : [])
  ])

/** All accounts, and the applications of the one that was sent, if it is one of them. */
const known = (accounts: ReadonlyArray<AccountSettings>, accountId: string): Html => {
  const account = accounts.find(({ id }) => id === accountId)
  return account === undefined
    ? list(accounts.map(({ id, name }) => html`account ${code(id)} ${name}`))
    : list(
        account.installations.map(
          ({ client_id, client_name, display_name, enabled }) =>
            html`${code(client_id)} ${display_name ?? client_name}${!enabled && ", disabled"}`
        )
      )
}

/**
 * Whether a button may register the address: only for the built-in applications, and only where a control changes
 * them.
 */
const mayRegister = ({ development, seesBuiltIn }: Audience, { installation, request }: Seen): boolean =>
  installation?.anyLoopbackRedirect === true && development.control?.() !== undefined && seesBuiltIn(request)

/** Why an address cannot be registered at all. */
const problemOfAddress = (uri: string): string | undefined =>
  uri.length > 2048 ? "is longer than 2048 characters" : problemOf(uri)

/** Makes {@link Explain}. */
export const make = (audience: Audience | undefined, tickets: LoginTickets): Explain => {
  if (audience === undefined) return (error) => Effect.succeed(error)
  const { development } = audience

  const button = (address: string) =>
    Effect.map(
      tickets.registerToken(address),
      (token) =>
        html`<form method="post" action="${Paths.register}">
          <input type="hidden" name="address" value="${address}" />
          <input type="hidden" name="token" value="${token}" />
          <button type="submit">Register this address</button>
        </form>`
    )

  /** What helps against an address that is not registered: a correction, a flag, or the button. */
  const unregistered = Effect.fnUntraced(function* (error: ShownError, seen: Seen) {
    const { installation, redirectUri } = seen
    if (error.problem !== "redirect-uri-not-registered" || installation === undefined || redirectUri === undefined) {
      return { remedy: error.remedy, form: undefined }
    }
    const problem = problemOfAddress(redirectUri)
    if (problem !== undefined) {
      return { remedy: `Correct it: it ${problem}, so it can be registered nowhere.`, form: undefined }
    }
    const remedy = AuthorizeChecks.remedyOf(installation, redirectUri, development.toRegister)
    return { remedy, form: mayRegister(audience, seen) ? yield* button(seen.address()) : undefined }
  })

  return Effect.fnUntraced(function* (error, seen) {
    const { form, remedy } = yield* unregistered(error, seen)
    const accounts = seen.installation === undefined ? yield* development.accounts.list : []
    const more = html`${form}
      <dl>
        ${error.reason !== undefined && row("Reason", html`${error.reason}`)} ${row("Sent", sent(seen))}
        ${row("Registered", seen.installation && registered(seen.installation))}
        ${accounts.length > 0 && row("Known here", known(accounts, seen.accountId))}
      </dl>`
    const { description, error: name, headers, problem, reason, status } = error
    return new ShownError({
      status,
      error: name,
      description,
      remedy,
      more,
      ...(problem !== undefined && { problem }),
      ...(reason !== undefined && { reason }),
      ...(headers !== undefined && { headers })
    })
  })
}
