/** The users who are signed in, as a part of a view, and the tokens of each sign-in. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import type { Control } from "../../Control.ts"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { FamilyState, RecentPage, SessionState } from "../../StoreInspection.ts"
import { short } from "../http/RequestContext.ts"
import * as Moment from "./Moment.ts"
import { aboutAddress, cannotLook, clientName, familyState, nothing, rest, userName } from "./parts.ts"

/**
 * `sessions` are those that are alive, `families` the revoked ones too, both with the newest first; `undefined` if the
 * store cannot be looked into, or does not answer.
 */
interface Lists {
  readonly accounts: ReadonlyArray<AccountSettings>
  readonly sessions: RecentPage<SessionState> | undefined
  readonly families: RecentPage<FamilyState> | undefined
}

/** The most sessions and families on the page: a load test leaves thousands of them. */
const mostSessions = 50

/** Reads both lists from the control. */
export const read = Effect.fnUntraced(function* (control: Control["Service"]): Effect.fn.Return<Lists> {
  const nothing = () => undefined
  return {
    accounts: yield* control.accounts.list,
    sessions: yield* Effect.orElseSucceed(control.sessions.list({ limit: mostSessions, alive: true }), nothing),
    families: yield* Effect.orElseSucceed(control.sessions.families({ limit: mostSessions }), nothing)
  }
})

/** The sessions that are alive. */
export const sessions = ({ accounts, sessions }: Lists): Html => {
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
                <a href="${aboutAddress(short(session.id))}"><code>${short(session.id)}</code></a
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
export const families = ({ accounts, families }: Lists): Html => {
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
                <a href="${aboutAddress(short(grant.id))}"><code>${short(grant.id)}</code></a
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
