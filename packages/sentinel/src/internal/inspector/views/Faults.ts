/** What goes wrong on purpose. */
import { authorizationErrorCodes } from "@le-auth/core/OAuthError"
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import type { AccountSettings } from "../../../DirectoryEditor.ts"
import { type Action, type Fault, FaultTarget } from "../../../Fault.ts"
import { button, form, idOf, option, segment } from "../controls.ts"
import * as Sentence from "../FaultSentence.ts"
import { aboutAddress, head, live, nothing } from "../parts.ts"
import type { View } from "../View.ts"

const armed =
  (nameOf: (client: string) => string) =>
  (fault: Fault): Html =>
    html`<li class="item">
      <div>
        ${Sentence.of(fault, nameOf)} ${Sentence.isOver(fault) && html`<span class="badge">over</span>`}<br />
        <span class="soft">
          <a href="${aboutAddress(fault.id)}"><code>${fault.id}</code></a> met ${fault.matched} of such requests and
          acted on ${fault.acted}.
        </span>
      </div>
      ${button({
        id: idOf("remove", fault.id),
        text: "Remove",
        label: `Remove ${fault.id}`,
        request: `DELETE /control/faults/${segment(fault.id)}`,
        isSmall: true
      })}
    </li>`

const list = (faults: ReadonlyArray<Fault>, nameOf: (client: string) => string): Html =>
  faults.length === 0
    ? nothing("None is armed: Sentinel answers as it should.")
    : html`<ul class="items">
          ${join(faults.map(armed(nameOf)))}
        </ul>
        <div class="actions">
          ${button({
            id: "remove-all",
            text: "Remove all",
            request: "DELETE /control/faults",
            question: `Remove all ${faults.length} faults? They and what they counted are lost.`
          })}
        </div>`

/** A part of the sentence that is there only for some choices: those of `data-for`. */
const only = (choices: ReadonlyArray<string>, content: Html): Html =>
  html`<span class="word" data-for="${choices.join(" ")}">${content}</span>`

/** With a name that ends in `!` its values are JSON, such as a number. Without one it is not sent. */
const choice = (label: string, name: string | undefined, options: ReadonlyArray<Html>): Html =>
  html`<select
    aria-label="${label}"
    ${name !== undefined && html` name="${name.replace("!", "")}"`}${name?.endsWith("!") && html` data-json`}
  >
    ${join(options)}
  </select>`

const number = (
  label: string,
  name: string,
  options: { readonly value?: string; readonly placeholder?: string; readonly minimum?: number }
): Html =>
  html`<input
    class="few"
    type="number"
    aria-label="${label}"
    name="${name}"
    min="${options.minimum ?? 1}"
    ${options.value !== undefined && html` value="${options.value}" required`}${
      options.placeholder !== undefined && html` placeholder="${options.placeholder}"`
    }
  />`

const text = (label: string, name: string, value: string): Html =>
  html`<input class="few" type="text" aria-label="${label}" name="${name}" value="${value}" required />`

/** RFC 6749 sections 4.1.2.1 and 5.2, those first that an application meets most. */
const errorCodes = [
  ...new Set(["invalid_grant", "invalid_client", ...authorizationErrorCodes, "unsupported_grant_type"])
]

/** The ones that a sentence can say. An answer of one's own is for the command and the contract. */
const actions = Object.entries(Sentence.effects).filter(([type]) => type !== ("answer" satisfies Action["type"]))

const arm = (accounts: ReadonlyArray<AccountSettings>): Html =>
  form(
    { request: "POST /control/faults", submit: "Arm the fault", label: "Arm a fault" },
    html`<p class="sentence">
      ${choice("Which of them", undefined, [
        option("which-next", "The next"),
        option("which-all", "Every"),
        option("which-nth", "Number"),
        option("which-every", "One in")
      ])}
      ${only(["which-next"], number("How many", "times", { value: "1" }))}
      ${only(["which-nth"], number("Which one, counted from now", "match.nth", { value: "2" }))}
      ${only(["which-every"], number("One in how many", "match.every", { value: "3" }))}
      ${choice(
        "Requests",
        "match.route",
        FaultTarget.literals
          .toSorted((a, b) => (a === "refresh" ? -1 : b === "refresh" ? 1 : 0))
          .map((route) => option(route, Sentence.requests[route][0]))
      )}
      of
      ${choice("Application", "match.client", [
        option("", "any application"),
        ...accounts.flatMap(({ installations }) =>
          installations.map((each) => option(each.client_id, each.display_name ?? each.client_name))
        )
      ])}
      ${choice(
        "What happens",
        "action.type",
        actions.map(([type, words]) => option(type, words))
      )}
      ${only(
        ["too-many-requests"],
        html`with Retry-After
        ${number("Retry-After in seconds", "action.retry_after", { placeholder: "none", minimum: 0 })} s`
      )}
      ${only(
        ["server-error", "liveperson-error"],
        html`with status
        ${choice(
          "Status",
          "action.status!",
          ["500", "502", "503", "504"].map((status) => option(status, status))
        )}`
      )}
      ${only(
        ["oauth-error"],
        choice(
          "Error",
          "action.error",
          errorCodes.map((code) => option(code, code))
        )
      )}
      ${only(["delay"], html`by ${text("By how long", "action.by", "5s")}`)}
      ${only(
        ["delay", "drop-connection"],
        choice("When", "action.after!", [
          option("false", "before Sentinel acts"),
          option("true", "after Sentinel acted")
        ])
      )}
    </p>`
  )

const render = (faults: ReadonlyArray<Fault>, accounts: ReadonlyArray<AccountSettings>): Html => {
  const names = new Map(
    accounts.flatMap(({ installations }) =>
      installations.map((each) => [String(each.client_id), each.display_name ?? each.client_name] as const)
    )
  )
  return html`${head("Faults", "What goes wrong on purpose, so that you see how an application takes it.")}
    <section class="card" aria-labelledby="arm-title">
      <h2 id="arm-title">Arm a fault</h2>
      ${arm(accounts)}
    </section>
    <section class="card" aria-labelledby="armed-title">
      <h2 id="armed-title">Armed</h2>
      ${live(
        "faults",
        list(faults, (client) => names.get(client) ?? client)
      )}
    </section>`
}

export const faults: View = {
  path: "/faults",
  title: "Faults",
  render: ({ control }) =>
    Effect.map(Effect.all([control.faults.list, control.accounts.list]), ([armed, accounts]) => render(armed, accounts))
}
