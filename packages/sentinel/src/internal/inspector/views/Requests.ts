/** Every request with its outcome, and why it was refused. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import { type Entry, isRefusal } from "../../../JournalEntry.ts"
import * as Moment from "../Moment.ts"
import { aboutAddress, head, live, nothing } from "../parts.ts"
import type { View } from "../View.ts"

type Step = Entry["steps"][number]

/** A name in the journal is a link to all entries about it. */
const about = (value: string): Html => html`<a href="${aboutAddress(value)}"><code>${value}</code></a>`

const term = (name: string, value: Html | string | number | undefined): Html =>
  value === undefined
    ? html``
    : html`<dt>${name}</dt>
        <dd>${value}</dd>`

const followed = (name: string, value: string | undefined): Html =>
  term(name, value === undefined ? undefined : about(value))

const stepNames: Record<Exclude<keyof Step, "what">, string> = {
  code: "code",
  family: "token family",
  session: "session",
  user: "user",
  accessToken: "access token",
  refreshToken: "refresh token",
  newRefreshToken: "new refresh token"
}

const step = ({ what, ...things }: Step): Html => {
  const known = Object.entries(things).filter(([, value]) => value !== undefined)
  const parts = known.map(([key, value]) => html`, ${stepNames[key as keyof typeof stepNames]} ${about(value)}`)
  return html`${what}${join(parts)}`
}

const badge = ({ kind, outcome }: Entry): Html => {
  if (kind === "change") return html`<span class="badge change">change</span>`
  return html`<span class="badge ${isRefusal(outcome) ? "bad" : "good"}">${outcome}</span>`
}

const what = (entry: Entry): string =>
  entry.kind === "change"
    ? entry.steps.map(({ what }) => what).join(", ") || entry.outcome
    : `${entry.method ?? ""} ${entry.path ?? ""}`

const row = (entry: Entry): Html =>
  html`<details class="entry" id="entry-${entry.sequence}">
    <summary>
      <time datetime="${Moment.iso(entry.time)}">${Moment.time(entry.time)}</time>
      <span class="soft">${entry.kind === "change" ? "control" : entry.route}</span>
      <span class="what"><code>${what(entry)}</code></span>
      <span>${entry.status === undefined ? "" : html`${entry.status} `}${badge(entry)}</span>
      ${entry.reason === undefined ? "" : html`<span class="reason">${entry.reason}</span>`}
      ${join(entry.warnings.map((warning) => html`<span class="warning">Warning: ${warning}</span>`))}
    </summary>
    <dl>
      ${term("time", Moment.iso(entry.time))}
      ${term("took", entry.duration === undefined ? undefined : `${entry.duration.toFixed(2)} ms`)}
      ${followed("account", entry.account)} ${followed("application", entry.client)} ${followed("user", entry.user)}
      ${followed("fault", entry.fault)} ${followed("request", entry.requestId)}
      ${join(entry.steps.map((each) => term("did", step(each))))}
    </dl>
  </details>`

/** The most entries on the page. The journal has more, which a filter finds. */
const mostEntries = 200

const list = (entries: ReadonlyArray<Entry>, chosen: string | undefined): Html =>
  html`${chosen === undefined ? "" : html`<p>Only about <code>${chosen}</code>. <a href="/requests">Show everything</a></p>`}
  ${
    entries.length === 0
      ? nothing("Nothing yet. Requests appear here as they come, with the reason of every refusal.")
      : html`<div class="entries">${join(entries.map(row))}</div>`
  }`

export const requests: View = {
  path: "/requests",
  title: "Requests",
  render: ({ control, parameters }) => {
    const about = parameters.get("about")
    return Effect.map(
      control.journal.read({ about, limit: mostEntries }),
      (entries) =>
        html`${head("Requests", "What happened, and why.")}
          <section class="card">${live("journal", list(entries.toReversed(), about))}</section>
          <section class="card" aria-labelledby="explain-title">
            <h2 id="explain-title">Why was it refused?</h2>
            <form data-request="POST /control/explain" data-shows="explanation">
              <div class="row">
                <label>
                  A code or a token<input
                    name="secret"
                    type="password"
                    autocomplete="off"
                    spellcheck="false"
                    required
                  />
                </label>
                <button>Explain</button>
              </div>
            </form>
            <p id="explanation" aria-live="polite"></p>
          </section>`
    )
  }
}
