/** The users who are signed in. */
import { html } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import { head, live } from "../parts.ts"
import * as SessionList from "../SessionList.ts"
import type { View } from "../View.ts"

export const users: View = {
  path: "/users",
  title: "Users",
  render: ({ control }) =>
    Effect.map(
      SessionList.read(control),
      (view) =>
        html`${head("Users", "Who is signed in.")}
          <section class="card" aria-labelledby="sessions-title">
            <h2 id="sessions-title">Signed in</h2>
            ${live("sessions", SessionList.sessions(view))}
          </section>`
    )
}
