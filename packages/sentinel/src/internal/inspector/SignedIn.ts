/** Sessions and token families, as parts of the views of users and applications. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import type { Control } from "../../Control.ts"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { FamilyState, RecentPage, SessionState } from "../../StoreInspection.ts"
import { short } from "../http/RequestContext.ts"
import { button, named } from "./controls.ts"
import * as Moment from "./Moment.ts"
import { aboutAddress, clientName, familyState, userName } from "./parts.ts"

/** `undefined` if the store cannot be looked into, or does not answer. */
export interface SignedIn {
  /** Those that are alive. */
  readonly sessions: RecentPage<SessionState> | undefined
  /** The revoked ones too. */
  readonly families: RecentPage<FamilyState> | undefined
}

/** As many as the contract gives at once: whose they are is not asked of the store. */
const most = 1000

/** Reads both from the control, the newest first. */
export const read = (control: Control["Service"]): Effect.Effect<SignedIn> => {
  const nothing = () => undefined
  return Effect.all({
    sessions: Effect.orElseSucceed(control.sessions.list({ limit: most, alive: true }), nothing),
    families: Effect.orElseSucceed(control.sessions.families({ limit: most }), nothing)
  })
}

const followed = (id: string): Html => html`<a href="${aboutAddress(short(id))}"><code>${short(id)}</code></a>`

/** A session of a user. */
export const session = ({ session: { createdAt, id, idleExpiresAt } }: SessionState): Html =>
  html`<li class="item">
    <div>
      Session ${followed(id)}<br />
      <span class="soft">
        Since ${Moment.dateAndTime(createdAt)}, until ${Moment.dateAndTime(idleExpiresAt)} if it is not used
      </span>
    </div>
    ${button({
      id: `end-${short(id)}`,
      text: "End",
      label: `End session ${short(id)}`,
      request: `DELETE /control/sessions/${id}`,
      question: "End this session? The user has to sign in again, and the tokens that came from it end too.",
      isSmall: true
    })}
  </li>`

/** A token family, with whose it is: all tokens that came from one code. */
export const family = (accounts: ReadonlyArray<AccountSettings>, state: FamilyState): Html => {
  const { accountId, clientId, createdAt, id, userId } = state.grant
  return html`<li class="item">
    <div>
      ${named(clientName(accounts, accountId, clientId))} for ${named(userName(accounts, accountId, userId))}
      ${familyState(state)}<br />
      <span class="soft">Family ${followed(id)}, since ${Moment.dateAndTime(createdAt)}</span>
    </div>
    ${
      state.isAlive &&
      button({
        id: `revoke-${short(id)}`,
        text: "Revoke",
        label: `Revoke token family ${short(id)}`,
        request: `DELETE /control/families/${id}`,
        question: "Revoke this token family? Its refresh token and its access tokens cannot be used any more.",
        isSmall: true
      })
    }
  </li>`
}

/** The most of a list that is shown at once. */
const mostShown = 50

/** A list, and how many of it are not shown. */
export const list = <A>(items: ReadonlyArray<A>, item: (item: A) => Html): Html =>
  html`<ul class="items">
      ${join(items.slice(0, mostShown).map(item))}
    </ul>
    ${items.length > mostShown && html`<p class="soft">The newest ${mostShown} of ${items.length}.</p>`}`
