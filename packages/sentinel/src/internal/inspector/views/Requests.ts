/** Every request with its outcome, and why it was refused: a list, and one of them in detail. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import type { AccountSettings } from "../../../DirectoryEditor.ts"
import { type Entry, FilterRoute } from "../../../JournalEntry.ts"
import { named } from "../controls.ts"
import { curlOf } from "../curl.ts"
import * as JournalParts from "../JournalParts.ts"
import * as Moment from "../Moment.ts"
import { clientName, head, live, nothing, userName } from "../parts.ts"
import * as RequestFilter from "../RequestFilter.ts"
import type { View } from "../View.ts"

/** The most entries on the page. The journal has more, which a filter or the next page finds. */
const mostEntries = 100

const { addressOf } = RequestFilter

/** What the view shows at one moment. */
interface Shown {
  readonly filter: RequestFilter.RequestFilter
  readonly accounts: ReadonlyArray<AccountSettings>
  /** The newest first. */
  readonly entries: ReadonlyArray<Entry>
  /** The number of entries that pass the filter, on all pages. */
  readonly total: number
  /** The number of those that came after the list was paused. */
  readonly newer: number
  readonly open: Entry | undefined
}

const option = (value: string, text: string, chosen: string | undefined): Html =>
  html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`

/** The values that there are, and the chosen one in any case, so that the form says what the address says. */
const options = (values: ReadonlyArray<readonly [string, string]>, chosen: string | undefined): Html => {
  const isKnown = chosen === undefined || values.some(([value]) => value === chosen)
  const all = isKnown ? values : [...values, [chosen, chosen] as const]
  return html`${option("", "any", chosen)}${join(all.map(([value, text]) => option(value, text, chosen)))}`
}

const outcomes = [
  ["refused", "refused, whatever the error"],
  ["ok", "ok"],
  ["code", "code: sent back with a code"],
  ["sign-in", "sign-in: sent to the login page"],
  ["access_denied", "access_denied"],
  ["invalid_client", "invalid_client"],
  ["invalid_grant", "invalid_grant"],
  ["invalid_request", "invalid_request"],
  ["invalid_token", "invalid_token"],
  ["unauthorized_client", "unauthorized_client"],
  ["server_error", "server_error"],
  ["no answer", "no answer"]
] as const

const form = (filter: RequestFilter.RequestFilter, accounts: ReadonlyArray<AccountSettings>): Html => {
  const applications = accounts.flatMap(({ id, installations }) =>
    installations.map(({ client_id }) => [client_id, clientName(accounts, id, client_id)] as const)
  )
  const routes = FilterRoute.literals.map((route) => [route, route === "control" ? "changes" : route] as const)
  return html`<form class="search" method="get" action="/requests" role="search" data-soft>
    <label class="wide"
      >Text<input name="text" type="search" value="${filter.text ?? ""}" placeholder="id, path, reason, hash"
    /></label>
    <label
      >Outcome<select name="outcome">
        ${options(outcomes, filter.outcome)}
      </select></label
    >
    <label
      >Application<select name="application">
        ${options(applications, filter.application)}
      </select></label
    >
    <label
      >Route<select name="route">
        ${options(routes, filter.route)}
      </select></label
    >
    ${filter.about !== undefined && html`<input type="hidden" name="about" value="${filter.about}" />`}
    <button class="quiet">Filter</button>
  </form>`
}

const isFiltered = ({ about, application, outcome, route, text }: RequestFilter.RequestFilter): boolean =>
  [about, application, outcome, route, text].some((condition) => condition !== undefined)

const count = (number: number): string => number.toLocaleString("en")

const summary = ({ entries, filter, total }: Shown): string => {
  const what = `${total === 1 ? " entry" : " entries"}${isFiltered(filter) ? " match" : ""}`
  if (entries.length === total) return `${count(total)}${what}`
  const which = filter.before === undefined ? "The newest" : "These are"
  return `${which} ${count(entries.length)} of ${count(total)}${what}`
}

/** A paused list ends before a number of the address. So it stays as it is, also where the address is opened again. */
const tools = (shown: Shown): Html => {
  const { entries, filter, newer } = shown
  const top = (entries[0]?.sequence ?? 0) + 1
  return html`<p class="soft">
      ${summary(shown)}${filter.before !== undefined && newer > 0 && html`, <strong>${count(newer)} newer</strong>`}
    </p>
    ${filter.about !== undefined && html`<p class="chip">Only about <code>${named(filter.about)}</code></p>`}
    ${
      isFiltered(filter) &&
      html`<a class="button quiet small" id="show-all" href="${addressOf({ entry: filter.entry })}">Show all</a>`
    }
    <span class="end">
      ${
        filter.before === undefined
          ? html`<a class="button quiet small" id="pause" data-soft href="${addressOf({ ...filter, before: top })}"
              >Pause</a
            >`
          : html`<a class="button small" id="pause" data-soft href="${addressOf({ ...filter, before: undefined })}"
              >Continue</a
            >`
      }
      <button
        class="quiet small"
        id="clear"
        data-request="DELETE /control/journal"
        data-confirm="Forget all entries of the journal? They cannot be brought back."
      >
        Clear
      </button>
    </span>`
}

const row = (entry: Entry, { accounts, filter }: Shown): Html => {
  const { reason, sequence, status, warnings } = entry
  const who = JournalParts.parties(entry, accounts)
  const isOpen = filter.entry === sequence
  return html`<li id="row-${sequence}">
    <a
      id="open-${sequence}"
      class="entry"
      data-soft="detail"
      href="${addressOf({ ...filter, entry: sequence })}"
      ${isOpen && html` aria-current="true"`}
    >
      <time datetime="${Moment.iso(entry.time)}">${Moment.time(entry.time)}</time>
      <span class="what">${JournalParts.name(entry)}</span>
      <span class="result">${status}${JournalParts.badge(entry)}</span>
      ${reason !== undefined && html`<span class="more reason">${reason}</span>`}
      ${reason === undefined && who !== undefined && html`<span class="more soft">${who}</span>`}
      ${
        warnings.length > 0 &&
        html`<span class="more warning"
          >${warnings.length === 1 ? "Warning" : `${warnings.length} warnings`}: ${warnings[0]}</span
        >`
      }
    </a>
  </li>`
}

const list = (shown: Shown): Html => {
  const { entries, filter } = shown
  if (entries.length > 0) return join(entries.map((entry) => row(entry, shown)))
  return html`<li class="nothing">
    ${
      isFiltered(filter) || filter.before !== undefined
        ? "No entry of the journal is like that."
        : "Nothing yet. Requests appear here as they come, with the reason of every refusal."
    }
  </li>`
}

const pages = ({ entries, filter, total }: Shown): Html => {
  const oldest = entries.at(-1)?.sequence
  return entries.length === total || oldest === undefined
    ? html``
    : html`<a class="button quiet small" id="older" data-soft href="${addressOf({ ...filter, before: oldest })}"
        >Older</a
      >`
}

const term = (name: string, value: Html | string | number | undefined): Html =>
  value === undefined
    ? html``
    : html`<dt>${name}</dt>
        <dd>${value}</dd>`

const nameAndId = (name: string, id: string): Html =>
  name === id ? JournalParts.about(id) : html`${named(name)} ${JournalParts.about(id)}`

const followed = (name: string, value: string | undefined): Html =>
  term(name, value === undefined ? undefined : JournalParts.about(value))

const notice = (kind: "reason" | "warning", title: string, text: string): Html =>
  html`<div class="notice ${kind}">
    <strong>${title}</strong>
    <p>${text}</p>
  </div>`

const curl = (entry: Entry): Html => {
  const command = curlOf(entry)
  return html`<details id="curl">
    <summary>The request as a command</summary>
    <pre id="curl-text" tabindex="0" aria-label="The request as a command">${command}</pre>
  </details>`
}

const detail = (entry: Entry, { accounts }: Shown): Html => {
  const { account = "", client, duration, problem, reason, steps, user, warnings } = entry
  const flow = JournalParts.flowOf(entry)
  return html`<div class="detail-head">
      <h2>${JournalParts.name(entry)}</h2>
      <span class="result">${entry.status}${JournalParts.badge(entry)}</span>
    </div>
    ${entry.path !== undefined && html`<p><code>${entry.path}</code></p>`}
    <div class="row">
      ${flow !== undefined && html`<a class="button small" href="${flow}">See the whole sign-in</a>`}
      ${entry.kind === "request" && html`<button class="quiet small" id="copy" data-copy="curl-text">Copy as curl</button>`}
      <a class="button quiet small to-list" href="#list">Back to the list</a>
    </div>
    ${reason !== undefined && notice("reason", "Why it was refused", reason)}
    ${join(warnings.map((warning) => notice("warning", "Let through, but", warning)))}
    <dl>
      ${term("at", html`<time datetime="${Moment.iso(entry.time)}">${Moment.iso(entry.time).replace("T", " ")}</time>`)}
      ${term("took", duration === undefined ? undefined : `${duration.toFixed(2)} ms`)}
      ${followed("account", entry.account)}
      ${term("application", client === undefined ? undefined : nameAndId(clientName(accounts, account, client), client))}
      ${term("user", user === undefined ? undefined : nameAndId(userName(accounts, account, user), user))}
      ${term("problem", problem)} ${followed("fault", entry.fault)} ${followed("request", entry.requestId)}
    </dl>
    ${
      steps.length > 0 &&
      html`<h3>What Sentinel did</h3>
        <ol class="steps">
          ${join(steps.map((each) => html`<li>${JournalParts.step(each)}</li>`))}
        </ol>`
    }
    ${entry.kind === "request" && curl(entry)}`
}

const pane = (shown: Shown): Html => {
  const { filter, open } = shown
  if (open !== undefined) return detail(open, shown)
  return nothing(
    filter.entry === undefined
      ? "Choose a request, and here is what Sentinel decided, and why."
      : "This entry is not in the journal any more."
  )
}

const explain = html`<section class="card" aria-labelledby="explain-title">
  <h2 id="explain-title">A code or a token in your hand</h2>
  <form data-request="POST /control/explain" data-shows="explanation">
    <div class="row">
      <label
        >Its text, which is neither kept nor used up<input
          name="secret"
          type="password"
          autocomplete="off"
          spellcheck="false"
          required
      /></label>
      <button class="quiet">Explain</button>
    </div>
  </form>
  <p id="explanation" aria-live="polite"></p>
</section>`

export const requests: View = {
  path: "/requests",
  title: "Requests",
  render: Effect.fnUntraced(function* ({ control, parameters }) {
    const filter = RequestFilter.read(parameters)
    const { before, entry } = filter
    const { read } = control.journal
    const found = yield* read(filter)
    const shown: Shown = {
      filter,
      accounts: yield* control.accounts.list,
      entries: found.slice(-mostEntries).toReversed(),
      total: found.length,
      newer: before === undefined ? 0 : (yield* read({ ...filter, before: undefined, after: before - 1 })).length,
      open: entry === undefined ? undefined : (yield* read({ after: entry - 1, before: entry + 1 }))[0]
    }
    return html`${head("Requests", "What Sentinel was asked, what it decided, and why.")}
      ${form(filter, shown.accounts)}
      <div class="split">
        <section class="card entries" id="list" aria-label="Requests" tabindex="-1">
          <div class="tools" data-live id="tools">${tools(shown)}</div>
          <ol class="lines" data-live data-list id="lines">
            ${list(shown)}
          </ol>
          ${live("pages", pages(shown))}
        </section>
        <div class="side">
          <section class="card" id="detail" aria-label="The chosen request" tabindex="-1">
            ${live("pane", pane(shown))}
          </section>
          ${explain}
        </div>
      </div>`
  })
}
