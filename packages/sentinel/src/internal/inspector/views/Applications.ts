/** The tokens that applications got. */
import { html } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import { head, live } from "../parts.ts"
import * as SessionList from "../SessionList.ts"
import type { View } from "../View.ts"

export const applications: View = {
  path: "/applications",
  title: "Applications",
  render: ({ control }) =>
    Effect.map(
      SessionList.read(control),
      (view) =>
        html`${head("Applications", "Which tokens they got.")}
          <section class="card" aria-labelledby="families-title">
            <h2 id="families-title">Token families</h2>
            ${live("families", SessionList.families(view))}
          </section>`
    )
}
