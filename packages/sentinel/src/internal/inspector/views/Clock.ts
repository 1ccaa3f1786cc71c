/** What time it is for Sentinel. */
import * as DurationText from "@le-auth/core/shared/DurationText"
import { type Html, html } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ClockState } from "../../control/VirtualClock.ts"
import * as Moment from "../Moment.ts"
import { head, live } from "../parts.ts"
import type { View } from "../View.ts"

const advance = (by: string): Html =>
  html`<button class="small quiet" data-request="POST /control/clock/advance" data-body="${JSON.stringify({ by })}">
    +${by}
  </button>`

const shown = ({ ahead, now }: ClockState): Html =>
  html`<time datetime="${Moment.iso(now)}">${Moment.dateAndTime(now)} UTC</time>
    <span class="soft">
      ${Duration.toMillis(ahead) === 0 ? "real time" : `${DurationText.format(ahead)} ahead of real time`}
    </span>`

export const clock: View = {
  path: "/clock",
  title: "Clock",
  render: ({ control }) =>
    Effect.map(
      control.clock.state,
      (state) =>
        html`${head("Clock", "What time it is for Sentinel.")}
          <section class="card">
            ${live("clock", shown(state))}
            <div class="row">${advance("1m")} ${advance("1h")} ${advance("8h")}</div>
            <form data-request="POST /control/clock/advance" data-resets>
              <div class="row">
                <label>Advance by <input name="by" placeholder="30 days" required /></label>
                <button>Go</button>
              </div>
            </form>
          </section>`
    )
}
