/** The inspector's page. */
import * as DurationText from "@le-auth/core/shared/DurationText"
import { Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import { signOutPath } from "../control/ControlGuard.ts"
import { documentOf } from "../page/Page.ts"
import * as FaultForm from "./FaultForm.ts"
import * as JournalView from "./JournalView.ts"
import * as Moment from "./Moment.ts"
import { script } from "./script.ts"
import * as SessionList from "./SessionList.ts"
import { style } from "./style.ts"
import type { View } from "./View.ts"

/** A part that the script takes anew. */
const live = (id: string, content: Html): Html => html`<div data-live id="${id}">${content}</div>`

const advance = (by: string): Html =>
  html`<button class="small quiet" data-request="POST /control/clock/advance" data-body="${JSON.stringify({ by })}">
    +${by}
  </button>`

/** `8 h`, `1 d 2 h` */
const aheadText = (ahead: Duration.Duration): string =>
  DurationText.format(ahead).replaceAll(/(\d)(?=[a-z])|([a-z])(?=\d)/g, "$& ")

const clock = ({ clock: { ahead, now } }: View): Html =>
  html`<time datetime="${Moment.iso(now)}">${Moment.dateAndTime(now)} UTC</time>
    <span class="soft">
      ${Duration.toMillis(ahead) === 0 ? "real time" : `${DurationText.format(ahead)} ahead of real time`}
    </span>`

const state = ({ snapshots }: View): Html =>
  snapshots.length === 0
    ? html``
    : html`<ul>
        ${join(
          snapshots.map(
            (name) =>
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
          )
        )}
      </ul>`

const styleElement = new Html(`<style>${style}</style>`)
const scriptElement = new Html(`<script>${script}</script>`)

/** Shown only while the clock is ahead, which is easily forgotten and then looks like a bug. */
const ahead = ({ clock: { ahead } }: View): Html =>
  Duration.toMillis(ahead) === 0
    ? html``
    : html`<div class="banner" role="region" aria-label="Sentinel's clock">
        <p><strong>Sentinel's clock is ${aheadText(ahead)} ahead.</strong> What it issues ages by it.</p>
        <button class="small" id="real-time" data-request="POST /control/clock/real">Back to real time</button>
      </div>`

const signOut = html`<form method="post" action="${signOutPath}"><button class="small quiet">Sign out</button></form>`

export const render = (view: View, canSignOut: boolean): string =>
  documentOf(
    "Inspector of Sentinel",
    styleElement,
    html`<header>
        <h1>Inspector<small>le-auth Sentinel, for development. Not operated by LivePerson.</small></h1>
        <div class="clock">
          ${live("clock", clock(view))} ${advance("1m")} ${advance("1h")} ${advance("8h")}
          <form class="clock" data-request="POST /control/clock/advance" data-resets>
            <label>Advance by <input name="by" placeholder="30 days" required /></label>
            <button class="small">Go</button>
          </form>
        </div>
        ${canSignOut && signOut}
      </header>
      ${live("ahead", ahead(view))}
      <noscript><p>This page needs its script for live updates and changes. Reload it to see what is new.</p></noscript>
      <main data-sequence="${view.entries[0]?.sequence ?? 0}">
        <section aria-labelledby="journal-title">
          <h2 id="journal-title">What happened, and why</h2>
          ${live("journal", JournalView.part(view.entries, view.about))}
        </section>
        <aside>
          <section aria-labelledby="explain-title">
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
          </section>
          <section aria-labelledby="faults-title">
            <h2 id="faults-title">Faults</h2>
            ${live("faults", FaultForm.list(view.faults))} ${FaultForm.form(view.accounts)}
          </section>
          <section aria-labelledby="sessions-title">
            <h2 id="sessions-title">Signed in</h2>
            ${live("sessions", SessionList.sessions(view))}
            <h3>Token families</h3>
            ${live("families", SessionList.families(view))}
          </section>
          <section aria-labelledby="state-title">
            <h2 id="state-title">State</h2>
            ${live("snapshots", state(view))}
            <form data-request="PUT /control/snapshots/:name" data-empty data-resets>
              <div class="row">
                <label
                  >Name<input name="name" pattern="[A-Za-z0-9._\\-]{1,64}" placeholder="before-expiry" required
                /></label>
                <button>Keep a snapshot</button>
              </div>
            </form>
            <button class="quiet" data-request="POST /control/keys/rotate">Rotate the signing key</button>
            <button class="quiet" data-request="POST /control/reset">Begin anew</button>
          </section>
        </aside>
      </main>
      <div role="status"></div>
      ${scriptElement}`
  )
