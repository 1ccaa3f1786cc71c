/** The whole state: snapshots, the signing key, and a new beginning. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import { head, live, nothing } from "../parts.ts"
import type { View } from "../View.ts"

const snapshot = (name: string): Html =>
  html`<li class="item">
    <div><code>${name}</code></div>
    <button
      class="small quiet"
      id="restore-${name}"
      data-request="POST /control/snapshots/${name}/restore"
      aria-label="Restore ${name}"
    >
      Restore
    </button>
  </li>`

const list = (snapshots: ReadonlyArray<string>): Html =>
  snapshots.length === 0
    ? nothing("No snapshot was kept.")
    : html`<ul>
        ${join(snapshots.map(snapshot))}
      </ul>`

export const state: View = {
  path: "/state",
  title: "State",
  render: ({ control }) =>
    Effect.map(
      control.state.names,
      (snapshots) =>
        html`${head("State", "All that Sentinel knows.")}
          <section class="card">
            ${live("snapshots", list(snapshots))}
            <form data-request="PUT /control/snapshots/:name" data-empty data-resets>
              <div class="row">
                <label
                  >Name<input name="name" pattern="[A-Za-z0-9._\\-]{1,64}" placeholder="before-expiry" required
                /></label>
                <button>Keep a snapshot</button>
              </div>
            </form>
            <div class="row">
              <button class="quiet" data-request="POST /control/keys/rotate">Rotate the signing key</button>
              <button
                class="quiet"
                id="reset"
                data-request="POST /control/reset"
                data-confirm="Begin anew? All sessions, tokens and changes of accounts go, and cannot be brought back."
              >
                Begin anew
              </button>
            </div>
          </section>`
    )
}
