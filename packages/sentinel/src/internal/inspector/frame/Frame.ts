/** The page around every view: navigation, the state of the clock, the view itself, and the status line. */
import { Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import { signOutPath } from "../../control/ControlGuard.ts"
import type { ClockState } from "../../control/VirtualClock.ts"
import { documentOf } from "../../page/Page.ts"
import * as Moment from "../Moment.ts"
import { durationText, live } from "../parts.ts"
import { script } from "../script.ts"
import { style } from "../style.ts"
import type { View } from "../View.ts"
import { views } from "./Views.ts"

/** What the frame shows of Sentinel beside every view. */
export interface Surroundings {
  readonly view: View
  readonly clock: ClockState
  /** The number of faults that are armed: easily forgotten, and then they look like bugs. */
  readonly armed: number
  /** The newest entry of the journal. The program follows those that come after it. */
  readonly sequence: number
  /** A person signed in to see it. */
  readonly canSignOut: boolean
}

const styleElement = new Html(`<style>${style}</style>`)
const scriptElement = new Html(`<script>${script}</script>`)

const isAhead = ({ ahead }: ClockState): boolean => Duration.toMillis(ahead) !== 0

const tab = (view: View, current: View, note: Html | undefined): Html =>
  html`<li>
    <a href="${view.path}" ${view === current && html` aria-current="page"`}>${view.title}${note}</a>
  </li>`

const notes = ({ armed, clock }: Surroundings): Readonly<Record<string, Html | undefined>> => ({
  "/faults": armed === 0 ? undefined : html`<span class="count">${armed}<span class="unseen"> armed</span></span>`,
  "/clock": isAhead(clock) ? html`<span class="count">+${durationText(clock.ahead)}</span>` : undefined
})

const navigation = (surroundings: Surroundings): Html => {
  const noteOf = notes(surroundings)
  return html`<ul>
    ${join(views.map((view) => tab(view, surroundings.view, noteOf[view.path])))}
  </ul>`
}

/** Shown only while the clock is ahead, which is easily forgotten and then looks like a bug. */
const banner = ({ clock }: Surroundings): Html =>
  isAhead(clock)
    ? html`<div class="banner" role="region" aria-label="Sentinel's clock">
        <p><strong>Sentinel's clock is ${durationText(clock.ahead)} ahead.</strong> What it issues ages by it.</p>
        <button class="small" id="real-time" data-request="POST /control/clock/real">Back to real time</button>
      </div>`
    : html``

const time = ({ clock: { now } }: Surroundings): Html =>
  html`<span class="unseen">Sentinel's time: </span
    ><time datetime="${Moment.iso(now)}">${Moment.dateAndTime(now)} UTC</time>`

const signOut = html`<form method="post" action="${signOutPath}"><button class="small quiet">Sign out</button></form>`

/** The dialog that the program opens before what cannot be undone. */
const question = html`<dialog id="question" aria-labelledby="question-text">
  <p id="question-text"></p>
  <div class="actions">
    <button class="quiet" id="question-no" autofocus>Cancel</button>
    <button class="danger" id="question-yes"></button>
  </div>
</dialog>`

/** The whole document. */
export const render = (surroundings: Surroundings, content: Html): string =>
  documentOf(
    `${surroundings.view.title} - Inspector of Sentinel`,
    styleElement,
    html`<a class="skip" href="#view">Skip to the view</a>
      <header>
        <p class="name"><a href="/">Sentinel</a><small>le-auth, for development. Not operated by LivePerson.</small></p>
        <nav aria-label="Views">${live("navigation", navigation(surroundings))}</nav>
        <div class="foot">${live("time", time(surroundings))}${surroundings.canSignOut && signOut}</div>
      </header>
      <div class="page">
        ${live("ahead", banner(surroundings))}
        <noscript
          ><p>This page needs its script for live updates and changes. Reload it to see what is new.</p></noscript
        >
        <main id="view" tabindex="-1" data-sequence="${surroundings.sequence}">${content}</main>
      </div>
      ${question}
      <div role="status"></div>
      ${scriptElement}`
  )
