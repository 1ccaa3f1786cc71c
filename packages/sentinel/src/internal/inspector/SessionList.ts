/** The users who are signed in, as a part of the inspector's page, and the tokens of each sign-in. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { FamilyState, RecentPage } from "../../StoreInspection.ts"
import { short } from "../http/RequestContext.ts"
import * as Moment from "./Moment.ts"
import type { View } from "./View.ts"

const userName = (accounts: ReadonlyArray<AccountSettings>, accountId: string, userId: string): string => {
  const user = accounts.find(({ id }) => id === accountId)?.users.find(({ id }) => id === userId)
  return user === undefined ? userId : (user.name ?? user.email)
}

const clientName = (accounts: ReadonlyArray<AccountSettings>, accountId: string, clientId: string): string => {
  const installations = accounts.find(({ id }) => id === accountId)?.installations ?? []
  const installation = installations.find(({ client_id }) => client_id === clientId)
  return installation === undefined ? clientId : (installation.display_name ?? installation.client_name)
}

const familyState = ({ isAlive, revokedAt }: FamilyState): Html => {
  if (isAlive) return html`<span class="badge good">alive</span>`
  return html`<span class="badge bad">${revokedAt === undefined ? "ended with its session" : "revoked"}</span>`
}

const nothing = (text: string): Html => html`<p class="soft">${text}</p>`

const cannotLook = "This store cannot be looked into, or it does not answer."

/** Says how many are not shown. */
const rest = ({ isPartial, newest, total }: RecentPage<unknown>): Html => {
  if (newest.length === total && !isPartial) return html``
  const all = isPartial ? `${total} among the newest 1,000` : `${total}`
  return nothing(`These are the newest ${newest.length} of ${all}.`)
}

/** The sessions that are alive. */
export const sessions = ({ accounts, sessions }: View): Html => {
  if (sessions === undefined) return nothing(cannotLook)
  if (sessions.newest.length === 0) return nothing("Nobody is signed in.")
  return html`<ul>
      ${join(
        sessions.newest.map(({ session }) => {
          const name = userName(accounts, session.accountId, session.userId)
          return html`<li class="item">
            <div>
              <strong>${name}</strong> in account ${session.accountId}<br />
              <span class="soft">
                <a href="/?about=${short(session.id)}"><code>${short(session.id)}</code></a
                >, since ${Moment.dateAndTime(session.createdAt)}, until ${Moment.dateAndTime(session.idleExpiresAt)} if
                not used
              </span>
            </div>
            <button
              class="small quiet"
              id="end-${short(session.id)}"
              data-request="DELETE /control/sessions/${session.id}"
              aria-label="Sign out ${name}"
            >
              Sign out
            </button>
          </li>`
        })
      )}
    </ul>
    ${rest(sessions)}`
}

/** Token families: all tokens that came from one code. */
export const families = ({ accounts, families }: View): Html => {
  if (families === undefined) return nothing(cannotLook)
  if (families.newest.length === 0) return nothing("No code was issued yet.")
  return html`<ul>
      ${join(
        families.newest.map((family) => {
          const { grant } = family
          const name = clientName(accounts, grant.accountId, grant.clientId)
          return html`<li class="item">
            <div>
              <strong>${name}</strong> for ${userName(accounts, grant.accountId, grant.userId)}
              ${familyState(family)}<br />
              <span class="soft">
                <a href="/?about=${short(grant.id)}"><code>${short(grant.id)}</code></a
                >, since ${Moment.dateAndTime(grant.createdAt)}
              </span>
            </div>
            ${
              family.isAlive
                ? html`<button
                    class="small quiet"
                    id="revoke-${short(grant.id)}"
                    data-request="DELETE /control/families/${grant.id}"
                    aria-label="Revoke the tokens of ${name}"
                  >
                    Revoke
                  </button>`
                : ""
            }
          </li>`
        })
      )}
    </ul>
    ${rest(families)}`
}
