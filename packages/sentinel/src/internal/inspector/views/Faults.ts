/** What goes wrong on purpose. */
import { html } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import * as FaultForm from "../FaultForm.ts"
import { head, live } from "../parts.ts"
import type { View } from "../View.ts"

export const faults: View = {
  path: "/faults",
  title: "Faults",
  render: ({ control }) =>
    Effect.map(
      Effect.all([control.faults.list, control.accounts.list]),
      ([armed, accounts]) =>
        html`${head("Faults", "What goes wrong on purpose.")}
          <section class="card">${live("faults", FaultForm.list(armed))} ${FaultForm.form(accounts)}</section>`
    )
}
