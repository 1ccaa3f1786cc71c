/** The whole state: snapshots of it, the signing key, a new beginning, and the dialect of Sentinel. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Dialect from "../../../SentinelDialect.ts"
import { button, field, form, segment } from "../controls.ts"
import { durationText, head, live, nothing } from "../parts.ts"
import type { View } from "../View.ts"

const snapshot = (name: string): Html =>
  html`<li class="item">
    <div><code>${name}</code></div>
    <div class="actions">
      ${button({
        id: `restore-${name}`,
        text: "Restore",
        label: `Restore ${name}`,
        request: `POST /control/snapshots/${segment(name)}/restore`,
        question:
          `Restore ${name}? The accounts, users, applications, sessions, tokens and faults of now are lost, and the ` +
          "clock is set as it was. Keep a snapshot before, if you want to come back.",
        isSmall: true
      })}
      ${button({
        id: `delete-${name}`,
        text: "Delete",
        label: `Delete ${name}`,
        request: `DELETE /control/snapshots/${segment(name)}`,
        question: `Delete ${name}? What it kept cannot be restored any more.`,
        isSmall: true
      })}
    </div>
  </li>`

const list = (snapshots: ReadonlyArray<string>): Html =>
  snapshots.length === 0
    ? nothing("None is kept.")
    : html`<ul class="items">
        ${join(snapshots.map(snapshot))}
      </ul>`

const keep = form(
  {
    request: "PUT /control/snapshots/:name",
    submit: "Keep a snapshot",
    resets: true,
    isEmpty: true,
    isLine: true,
    label: "Keep a snapshot"
  },
  field({
    label: "Name",
    name: "name",
    placeholder: "before-expiry",
    isRequired: true,
    hint: "Up to 64 of A-Z a-z 0-9 . _ - A snapshot of the same name is replaced."
  })
)

const anew = button({
  id: "reset",
  text: "Begin anew",
  request: "POST /control/reset",
  question:
    "Begin anew? All sessions, tokens and faults are lost, and what was changed of accounts, users and applications " +
    "since the start. The clock goes back to the real time. Snapshots, the journal and the signing keys stay."
})

const rotate = button({
  id: "rotate",
  text: "Rotate the signing key",
  request: "POST /control/keys/rotate",
  question:
    "Rotate the signing key? Sentinel signs with a new key from now on and never again with the old one. What was " +
    "signed with the old key stays valid, since the old key stays published."
})

const valueText = (value: unknown): string => {
  if (Duration.isDuration(value)) return durationText(value)
  if (Array.isArray(value)) return value.join(", ")
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value)
}

const point = (name: string, value: string, usual: string): Html =>
  html`<tr>
    <th scope="row"><code>${name}</code></th>
    <td>${value}</td>
    <td class="soft">${value === usual ? "" : usual}</td>
  </tr>`

const table = (points: Dialect.SentinelDialect, wanted: (isUsual: boolean) => boolean): ReadonlyArray<Html> =>
  Object.entries(points).flatMap(([name, value]) => {
    const [text, usual] = [value, Dialect.liveperson[name as keyof Dialect.SentinelDialect]].map(valueText)
    return wanted(text === usual) ? [point(name, text!, usual!)] : []
  })

const rowsOf = (rows: ReadonlyArray<Html>): Html =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">Point</th>
        <th scope="col">Here</th>
        <th scope="col">Usual</th>
      </tr>
    </thead>
    <tbody>
      ${join(rows)}
    </tbody>
  </table>`

const dialect = (points: Dialect.SentinelDialect): Html => {
  const different = table(points, (isUsual) => !isUsual)
  return html`${
      different.length === 0
        ? html`<p>It answers as LivePerson's newest documentation says, in every point.</p>`
        : html`<p>In these points it differs from LivePerson's newest documentation:</p>
            ${rowsOf(different)}`
    }
    <details class="fold" id="points">
      <summary>All points</summary>
      ${rowsOf(table(points, () => true))}
    </details>
    <p class="soft">The points are chosen when Sentinel starts.</p>`
}

const render = (snapshots: ReadonlyArray<string>, points: Dialect.SentinelDialect): Html =>
  html`${head("State", "All that Sentinel knows: to keep, to restore, and to forget.")}
    <div class="columns">
      <section class="card" aria-labelledby="snapshots-title">
        <h2 id="snapshots-title">Snapshots</h2>
        <p class="soft">Each has the accounts, sessions, tokens, faults and the clock. They go when Sentinel stops.</p>
        ${live("snapshots", list(snapshots))} ${keep}
      </section>
      <section class="card" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys, and a new beginning</h2>
        <ul class="items">
          <li class="item">
            <div>Sign with a new key from now on.</div>
            ${rotate}
          </li>
          <li class="item">
            <div>Go back to what Sentinel was when it started.</div>
            ${anew}
          </li>
        </ul>
      </section>
      <section class="card" aria-labelledby="dialect-title">
        <h2 id="dialect-title">Dialect</h2>
        ${dialect(points)}
      </section>
    </div>`

export const state: View = {
  path: "/state",
  title: "State",
  render: ({ control }) =>
    Effect.map(Effect.all([control.state.names, Dialect.SentinelDialect]), ([snapshots, points]) =>
      render(snapshots, points)
    )
}
