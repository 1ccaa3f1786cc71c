/** Sign-ins: each from the authorization request to the last refresh of its tokens. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AccountSettings } from "../../../DirectoryEditor.ts"
import type { Entry } from "../../../JournalEntry.ts"
import type { FamilyState } from "../../../StoreInspection.ts"
import { short } from "../../http/RequestContext.ts"
import { named } from "../controls.ts"
import { type Flow, group } from "../Flow.ts"
import * as JournalParts from "../JournalParts.ts"
import * as Moment from "../Moment.ts"
import { cannotLook, clientName, durationText, familyState, head, live, nothing, userName } from "../parts.ts"
import * as RequestFilter from "../RequestFilter.ts"
import type { View } from "../View.ts"

/** The most sign-ins in the list, and requests of one of them: a load test leaves thousands. */
const mostFlows = 100
const mostEntries = 200
/** The number of the newest token families that the store is asked for. */
const mostFamilies = 500

/** What the view shows at one moment. */
interface Shown {
  readonly accounts: ReadonlyArray<AccountSettings>
  /** The newest first. */
  readonly flows: ReadonlyArray<Flow>
  readonly total: number
  /** `undefined` if the store cannot be looked into, or does not answer. */
  readonly families: ReadonlyMap<string, FamilyState> | undefined
  /** Only sign-ins of this user. */
  readonly user: string | undefined
  readonly item: string | undefined
  readonly open: Flow | undefined
}

const addressOf = (id: string | undefined, user: string | undefined): string =>
  `/flows${id === undefined ? "" : `/${encodeURIComponent(id)}`}${user === undefined ? "" : `?user=${encodeURIComponent(user)}`}`

const nameOfUser = (accounts: ReadonlyArray<AccountSettings>, { account, entries, user }: Flow): Html | string => {
  if (user !== undefined) return named(userName(accounts, account ?? "", user))
  const hasBegun = entries.some(({ steps }) => steps.some(({ ticket }) => ticket !== undefined))
  return hasBegun ? "Not signed in yet" : "Unknown code or token"
}

const nameOfClient = (accounts: ReadonlyArray<AccountSettings>, { account, client }: Flow): Html | string =>
  client === undefined ? "" : named(clientName(accounts, account ?? "", client))

const stateOf = ({ family }: Flow, families: Shown["families"]): Html => {
  const found = family === undefined ? undefined : families?.get(family)
  return found === undefined ? html`` : familyState(found)
}

const plural = (number: number, one: string, many: string): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`

const row = (flow: Flow, { accounts, families, open, user }: Shown): Html => {
  const began = flow.entries[0]!.time
  return html`<li id="row-${flow.id}">
    <a
      id="open-${flow.id}"
      class="entry"
      data-soft="detail"
      href="${addressOf(flow.id, user)}"
      ${flow === open && html` aria-current="true"`}
    >
      <time datetime="${Moment.iso(began)}">${Moment.time(began)}</time>
      <span class="what">${nameOfUser(accounts, flow)}</span>
      <span class="result">${stateOf(flow, families)}</span>
      <span class="more soft">
        ${nameOfClient(accounts, flow)}${flow.client !== undefined && ", "}${plural(flow.entries.length, "request", "requests")}
      </span>
      ${flow.refusals > 0 && html`<span class="more reason">${plural(flow.refusals, "refusal", "refusals")}</span>`}
    </a>
  </li>`
}

const list = (shown: Shown): Html =>
  shown.flows.length === 0
    ? html`<li class="nothing">
        ${shown.user === undefined ? "Nothing yet. A sign-in appears here when it begins." : "This user has no sign-in in the journal."}
      </li>`
    : join(shown.flows.map((flow) => row(flow, shown)))

const tools = ({ accounts, flows, total, user }: Shown): Html => {
  const known = accounts.find(({ users }) => users.some(({ id }) => id === user))
  return html`<p class="soft">
      ${flows.length === total ? plural(total, "sign-in", "sign-ins") : `The newest ${flows.length} of ${total.toLocaleString("en")}`}
    </p>
    ${
      user !== undefined &&
      html`<p class="chip">Only of ${named(known === undefined ? user : userName(accounts, known.id, user))}</p>
        <a class="button quiet small" id="show-all" href="/flows">Show all</a>`
    }`
}

/** `+1.2 s` after the beginning. */
const since = (millis: number): string => {
  if (millis < 1000) return `+${Math.max(0, Math.round(millis))} ms`
  if (millis < 60_000) return `+${(millis / 1000).toFixed(1)} s`
  return `+${durationText(Duration.seconds(Math.round(millis / 1000)))}`
}

/** What a request did, in a few words; its steps say it better than its route, and the last ones best. */
const did = (entry: Entry): string => {
  const said = [...new Set(entry.steps.map(({ what }) => what))]
  return (
    (said.length > 1 ? said.filter((what) => what !== "sign-in continued") : said).join(", ") ||
    JournalParts.name(entry)
  )
}

const moment = (entry: Entry, began: number): Html =>
  html`<li id="at-${entry.sequence}" class="${entry.reason === undefined ? "" : "refused"}">
    <time datetime="${Moment.iso(entry.time)}">${since(entry.time - began)}</time>
    <div>
      <a id="request-${entry.sequence}" href="${RequestFilter.addressOf({ entry: entry.sequence })}">${did(entry)}</a>
      ${JournalParts.badge(entry)}
      <br /><span class="soft">${JournalParts.name(entry)}${entry.status !== undefined && `, ${entry.status}`}</span>
      ${entry.reason !== undefined && html`<br /><span class="reason">${entry.reason}</span>`}
      ${join(entry.warnings.map((warning) => html`<br /><span class="warning">Warning: ${warning}</span>`))}
    </div>
  </li>`

const term = (name: string, value: Html | string | false | undefined): Html =>
  value === undefined || value === false
    ? html``
    : html`<dt>${name}</dt>
        <dd>${value}</dd>`

const familyOf = ({ family }: Flow, families: Shown["families"]): Html => {
  if (family === undefined) return html`no code was issued`
  const state = families?.get(family)
  const hash = JournalParts.about(family)
  if (families === undefined) return html`${hash} <span class="soft">${cannotLook}</span>`
  return state === undefined
    ? html`${hash} <span class="soft">not among the newest of the store</span>`
    : html`${hash} ${familyState(state)}`
}

const revoke = (flow: Flow, families: Shown["families"]): Html => {
  const state = flow.family === undefined ? undefined : families?.get(flow.family)
  return state?.isAlive === true
    ? html`<button
        class="quiet small"
        id="revoke"
        data-request="DELETE /control/families/${state.grant.id}"
        data-confirm="Revoke all tokens of this sign-in? The application has to send the user to sign in again."
      >
        Revoke its tokens
      </button>`
    : html``
}

const detail = (flow: Flow, { accounts, families }: Shown): Html => {
  const began = flow.entries[0]!
  const shown = flow.entries.slice(0, mostEntries)
  const left = flow.entries.length - shown.length
  return html`<div class="detail-head">
      <h2>${nameOfUser(accounts, flow)}</h2>
      <span class="result">${stateOf(flow, families)}</span>
    </div>
    <div class="row">
      ${flow.user !== undefined && html`<a class="button quiet small" href="${addressOf(undefined, flow.user)}">All of this user</a>`}
      ${revoke(flow, families)} <a class="button quiet small to-list" href="#list">Back to the list</a>
    </div>
    <dl>
      ${term("began", `${Moment.dateAndTime(began.time)} UTC`)}
      ${term(
        "application",
        flow.client !== undefined && html`${nameOfClient(accounts, flow)} ${JournalParts.about(flow.client)}`
      )}
      ${term("user", flow.user !== undefined && JournalParts.about(flow.user))}
      ${term("token family", familyOf(flow, families))}
      ${term("session", flow.session !== undefined && JournalParts.about(flow.session))}
      ${term("refused", flow.refusals === 0 ? "nothing" : plural(flow.refusals, "request", "requests"))}
    </dl>
    <h3>From the beginning</h3>
    <ol class="timeline">
      ${join(shown.map((entry) => moment(entry, began.time)))}
    </ol>
    ${left > 0 && nothing(`${plural(left, "later request is", "later requests are")} not shown.`)}`
}

const pane = (shown: Shown): Html => {
  const { item, open } = shown
  if (open !== undefined) return detail(open, shown)
  return nothing(
    item === undefined
      ? "Choose a sign-in, and here is all that happened in it, from the authorization request to the last refresh."
      : "The journal has no sign-in with this hash, or not any more."
  )
}

export const flows: View = {
  path: "/flows",
  title: "Flows",
  hasItems: true,
  render: Effect.fnUntraced(function* ({ control, item, parameters }) {
    const user = parameters.get("user")
    const all = group(yield* control.journal.read())
    const wanted = user === undefined ? all : all.filter((flow) => flow.user === user)
    const families = yield* Effect.orElseSucceed(control.sessions.families({ limit: mostFamilies }), () => undefined)
    const shown: Shown = {
      accounts: yield* control.accounts.list,
      flows: wanted.slice(0, mostFlows),
      total: wanted.length,
      families: families && new Map(families.newest.map((family) => [short(family.grant.id), family])),
      user,
      item,
      open: item === undefined ? undefined : all.find(({ hashes }) => hashes.has(item))
    }
    return html`${head("Flows", "One sign-in from the authorization request to the last refresh of its tokens.")}
      <div class="split">
        <section class="card entries" id="list" aria-label="Sign-ins" tabindex="-1">
          <div class="tools" data-live id="tools">${tools(shown)}</div>
          <ol class="lines" data-live data-list id="lines">
            ${list(shown)}
          </ol>
        </section>
        <div class="side">
          <section class="card" id="detail" aria-label="The chosen sign-in" tabindex="-1">
            ${live("pane", pane(shown))}
          </section>
        </div>
      </div>`
  })
}
