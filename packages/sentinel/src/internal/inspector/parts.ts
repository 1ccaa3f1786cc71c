/** Small pieces of HTML that several views have. */
import * as DurationText from "@le-auth/core/shared/DurationText"
import { type Html, html } from "@le-auth/core/shared/Html"
import type * as Duration from "effect/Duration"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { FamilyState, RecentPage } from "../../StoreInspection.ts"

/** A part that the program takes anew whenever something happens. Its id is unique on the page. */
export const live = (id: string, content: Html): Html => html`<div data-live id="${id}">${content}</div>`

/** The head of a view. */
export const head = (title: string, lead: Html | string): Html =>
  html`<div class="head">
    <h1>${title}</h1>
    <p class="soft">${lead}</p>
  </div>`

/** A sentence in place of a list that is empty. */
export const nothing = (text: Html | string): Html => html`<p class="nothing">${text}</p>`

/** In place of what only a store with `StoreInspection` can tell. */
export const cannotLook = "This store cannot be looked into, or it does not answer."

/** `8 h`, `1 d 2 h` */
export const durationText = (duration: Duration.Duration): string =>
  DurationText.format(duration).replaceAll(/(\d)(?=[a-z])|([a-z])(?=\d)/g, "$& ")

/** Says how many of many are not shown. */
export const rest = ({ isPartial, newest, total }: RecentPage<unknown>): Html => {
  if (newest.length === total && !isPartial) return html``
  const all = isPartial ? `${total} among the newest 1,000` : `${total}`
  return nothing(`These are the newest ${newest.length} of ${all}.`)
}

/** What people call a user: their name, else their e-mail address; of one who is gone, the id. */
export const userName = (accounts: ReadonlyArray<AccountSettings>, accountId: string, userId: string): string => {
  const user = accounts.find(({ id }) => id === accountId)?.users.find(({ id }) => id === userId)
  return user === undefined ? userId : (user.name ?? user.email)
}

/** What people call an application; of one that is gone, the client id. */
export const clientName = (accounts: ReadonlyArray<AccountSettings>, accountId: string, clientId: string): string => {
  const installations = accounts.find(({ id }) => id === accountId)?.installations ?? []
  const installation = installations.find(({ client_id }) => client_id === clientId)
  return installation === undefined ? clientId : (installation.display_name ?? installation.client_name)
}

/** Whether the tokens of a family can be used. */
export const familyState = ({ isAlive, revokedAt }: FamilyState): Html => {
  if (isAlive) return html`<span class="badge good">alive</span>`
  return revokedAt === undefined
    ? html`<span class="badge">ended with its session</span>`
    : html`<span class="badge bad">revoked</span>`
}

/** The entries of the journal about an account, application, user, request, fault, code, family, session or token. */
export const aboutAddress = (value: string): string => `/requests?about=${encodeURIComponent(value)}`
