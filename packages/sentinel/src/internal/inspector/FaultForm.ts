/** The faults as a part of the inspector's page: those that are armed, and the form that arms one. */
import * as DurationText from "@le-auth/core/shared/DurationText"
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import { type Fault, FaultTarget } from "../../Fault.ts"

/** The actions that the form offers. `le-auth sentinel fault add` and the HTTP contract have a few more. */
const actions = {
  "too-many-requests": "answers 429, too many requests",
  "server-error": "answers with a server error",
  "oauth-error": "answers with an OAuth error",
  html: "answers with HTML instead of JSON",
  delay: "answers late",
  silence: "never answers",
  "drop-connection": "drops the connection",
  truncate: "cuts the answer in half",
  "expired-code": "takes the code for expired",
  "used-code": "takes the code for used",
  "killed-session": "ends the session",
  "rotated-key": "rotates the signing key"
} as const

const errorCodes = ["invalid_grant", "invalid_client", "access_denied", "temporarily_unavailable", "invalid_request"]

const option = (value: string, text: string): Html => html`<option value="${value}">${text}</option>`

const matchText = ({ match }: Fault): string => {
  const parts = [
    match.route === undefined || match.route === "any" ? "any request" : match.route,
    match.method,
    match.account === undefined ? undefined : `account ${match.account}`,
    match.client === undefined ? undefined : `of ${match.client}`,
    match.grant_type,
    match.nth === undefined ? undefined : `number ${match.nth}`,
    match.every === undefined ? undefined : `one in ${match.every}`
  ]
  return parts.filter((part) => part !== undefined).join(", ")
}

const actionText = ({ action }: Fault): string => {
  if (action === undefined) return "a function of a test"
  const { type, ...details } = action
  const values = Object.entries(details).map(
    ([name, value]) => `${name} ${Duration.isDuration(value) ? DurationText.format(value) : JSON.stringify(value)}`
  )
  return [type, ...values].join(", ")
}

const armed = (fault: Fault): Html =>
  html`<li class="item">
    <div>
      <strong>${actionText(fault)}</strong><br />
      <span class="soft">
        ${fault.id}: ${matchText(fault)}; matched ${fault.matched}, acted
        ${fault.acted}${fault.times === undefined ? "" : html` of ${fault.times}`} times
      </span>
    </div>
    <button
      class="small quiet"
      id="remove-${fault.id}"
      data-request="DELETE /control/faults/${encodeURIComponent(fault.id)}"
      aria-label="Remove ${fault.id}"
    >
      Remove
    </button>
  </li>`

/** The list of armed faults. */
export const list = (faults: ReadonlyArray<Fault>): Html =>
  faults.length === 0
    ? html`<p class="soft">None is armed: Sentinel answers as it should.</p>`
    : html`<ul>
        ${join(faults.map(armed))}
      </ul>`

/** The form that arms a fault. Its fields are the members of the JSON document for it. */
export const form = (accounts: ReadonlyArray<AccountSettings>): Html => {
  const installations = accounts.flatMap((account) => account.installations)
  return html`<form data-request="POST /control/faults" data-resets>
    <div class="fields">
      <label>
        At
        <select name="match.route">
          ${option("any", "any route")}
          ${join(FaultTarget.literals.filter((route) => route !== "any").map((route) => option(route, route)))}
        </select>
      </label>
      <label>
        Of application
        <select name="match.client">
          ${option("", "any")}
          ${join(installations.map((each) => option(each.client_id, each.display_name ?? each.client_name)))}
        </select>
      </label>
      <label>Only the nth<input name="match.nth" type="number" min="1" placeholder="every one" /></label>
      <label>At most, times<input name="times" type="number" min="1" placeholder="no limit" /></label>
    </div>
    <div class="fields">
      <label>
        Sentinel
        <select name="action.type">
          ${join(Object.entries(actions).map(([value, text]) => option(value, text)))}
        </select>
      </label>
      <label data-for="too-many-requests">
        Retry-After, seconds<input name="action.retry_after" type="number" min="0" placeholder="none" />
      </label>
      <label data-for="server-error">
        Status<input name="action.status" type="number" min="500" max="599" placeholder="500" />
      </label>
      <label data-for="oauth-error">
        Error
        <select name="action.error">
          ${join(errorCodes.map((code) => option(code, code)))}
        </select>
      </label>
      <label data-for="delay">By<input name="action.by" placeholder="5s" value="5s" /></label>
    </div>
    <button>Arm the fault</button>
  </form>`
}
