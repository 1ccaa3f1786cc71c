/** What time it is for Sentinel, and when what it issues ends. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as DurationText from "@le-auth/core/shared/DurationText"
import * as Dialect from "../../../SentinelDialect.ts"
import type { ClockState } from "../../control/VirtualClock.ts"
import { button, field, form } from "../controls.ts"
import * as Moment from "../Moment.ts"
import { durationText, head, live } from "../parts.ts"
import type { View } from "../View.ts"

const shown = ({ ahead, now }: ClockState): Html => {
  const isReal = Duration.toMillis(ahead) === 0
  return html`<p class="now"><time datetime="${Moment.iso(now)}">${Moment.dateAndTime(now)} UTC</time></p>
    <p class="soft">${isReal ? "It is the real time." : `It is ${durationText(ahead)} ahead of the real time.`}</p>`
}

const advance = (by: string, text: string): Html =>
  button({ id: `by-${by}`, text, request: "POST /control/clock/advance", body: { by } })

/** The lifetimes that an application meets, in their order. */
const lifetimes = {
  codeLifetime: "A code",
  idTokenLifetime: "An id_token",
  accessTokenLifetime: "An access token",
  sessionIdleLifetime: "A session that is not used",
  appTokenLifetime: "An app token",
  sessionLifetime: "A session in any case"
} as const satisfies Partial<Record<keyof Dialect.SentinelDialect, string>>

const lifetime =
  (points: Dialect.SentinelDialect) =>
  ([point, what]: [string, string]): Html => {
    const life = points[point as keyof typeof lifetimes]
    const past = DurationText.format(Duration.sum(life, Duration.seconds(1)))
    return html`<li class="item">
      <div>${what} <span class="soft">lives ${durationText(life)}</span></div>
      ${button({
        id: `past-${point}`,
        text: "Go past it",
        label: `Go past it: ${what}`,
        request: "POST /control/clock/advance",
        body: { by: past },
        isSmall: true
      })}
    </li>`
  }

const byHowMuch = form(
  {
    request: "POST /control/clock/advance",
    submit: "Advance",
    resets: true,
    isLine: true,
    label: "Advance by a duration"
  },
  field({ label: "By", name: "by", placeholder: "30 days", isRequired: true, hint: "Such as 90s, 1h30m or 30 days." })
)

const toWhen = form(
  {
    request: "POST /control/clock/advance",
    submit: "Advance",
    resets: true,
    isLine: true,
    label: "Advance to a moment"
  },
  field({ label: "To, in UTC", name: "to", type: "datetime-local", isRequired: true, hint: "It goes forward only." })
)

const render = (state: ClockState, points: Dialect.SentinelDialect): Html =>
  html`${head("Clock", "What time it is for Sentinel. What it issues ages by it; id_tokens keep the real date.")}
    <div class="columns">
      <section class="card" aria-labelledby="now-title">
        <h2 id="now-title">Now</h2>
        ${live("clock", shown(state))}
      </section>
      <section class="card" aria-labelledby="advance-title">
        <h2 id="advance-title">Advance</h2>
        <div class="row">${advance("1m", "1 minute")} ${advance("1h", "1 hour")} ${advance("8h", "8 hours")}</div>
        ${byHowMuch} ${toWhen}
      </section>
      <section class="card" aria-labelledby="lifetimes-title">
        <h2 id="lifetimes-title">When it ends</h2>
        <ul class="items">
          ${join(Object.entries(lifetimes).map(lifetime(points)))}
        </ul>
      </section>
    </div>`

export const clock: View = {
  path: "/clock",
  title: "Clock",
  render: ({ control }) =>
    Effect.map(Effect.all([control.clock.state, Dialect.SentinelDialect]), ([state, points]) => render(state, points))
}
