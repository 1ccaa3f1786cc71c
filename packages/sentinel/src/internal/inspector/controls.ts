/** What a person presses and fills in, in several views. Each sends one request of the control's contract. */
import { type Html, html, join } from "@le-auth/core/shared/Html"

/** A part of a path of the contract. */
export const segment = (text: string): string => encodeURIComponent(text)

/** An id of an element for a thing whose name may have any character. Two names do not have the same one. */
export const idOf = (kind: string, ...names: ReadonlyArray<string>): string =>
  [kind, ...names.map((name) => name.replaceAll(/[^A-Za-z0-9]/gu, (other) => `_${other.codePointAt(0)}_`))].join("-")

/** A name that people gave. It has a direction of its own, which is not that of the words around it. */
export const named = (name: string): Html => html`<bdi>${name}</bdi>`

/** What a {@link button} does. */
export interface Press {
  readonly id: string
  readonly text: string
  /** Such as `DELETE /control/faults`. */
  readonly request: string
  /** The JSON document that is sent. */
  readonly body?: unknown
  /** What a screen reader says, where the text alone does not say to which thing the button belongs. */
  readonly label?: string
  /** The question before what cannot be undone. It says what is lost. */
  readonly question?: string
  /** The address that is shown afterwards, where the present one has nothing to show any more. */
  readonly next?: string
  readonly isSmall?: boolean
}

/** A button that sends a request. What asks a question first is marked as a danger. */
export const button = ({ body, id, isSmall = false, label, next, question, request, text }: Press): Html =>
  html`<button
    type="button"
    class="${question === undefined ? "quiet" : "quiet danger"}${isSmall && " small"}"
    id="${id}"
    data-request="${request}"
    ${body !== undefined && html` data-body="${JSON.stringify(body)}"`}${
      question !== undefined && html` data-confirm="${question}"`
    }${next !== undefined && html` data-next="${next}"`}${label !== undefined && html` aria-label="${label}"`}
  >
    ${text}
  </button>`

/** The button that disables what is enabled, after a question, or enables it again. */
export const enabling = (one: {
  readonly isEnabled: boolean
  /** Its path in the contract. */
  readonly request: string
  readonly question: string
}): Html => {
  const request = `PATCH ${one.request}`
  return one.isEnabled
    ? button({ id: "disable", text: "Disable", request, body: { enabled: false }, question: one.question })
    : button({ id: "enable", text: "Enable", request, body: { enabled: true } })
}

/** A field of a form, under its label. */
export interface Field {
  readonly label: string
  /** The member of the document that is sent. */
  readonly name: string
  readonly type?: "text" | "email" | "password" | "url" | "number" | "datetime-local"
  readonly value?: string | undefined
  readonly placeholder?: string
  readonly isRequired?: boolean
  readonly hint?: string
}

/** A field. Browsers do not fill it in: what stands in it is of Sentinel, not of the person before it. */
export const field = (options: Field): Html => {
  const { hint, isRequired = false, label, name, placeholder, type = "text", value } = options
  const hintId = hint === undefined ? undefined : idOf("hint", name)
  return html`<div class="field">
    <label
      >${label}<input
        name="${name}"
        type="${type}"
        autocomplete="${type === "password" ? "new-password" : "off"}"
        autocapitalize="none"
        spellcheck="false"
        dir="auto"
        ${value !== undefined && html` value="${value}"`}
        ${placeholder !== undefined && html` placeholder="${placeholder}"`}
        ${isRequired && html` required`}
        ${hintId !== undefined && html` aria-describedby="${hintId}"`}
    /></label>
    ${hintId !== undefined && html`<small class="soft" id="${hintId}">${hint}</small>`}
  </div>`
}

/** A box to tick. With a value it is one of a list, whose name ends in `[]`; else it is yes or no. */
export const tick = (options: {
  readonly label: string
  readonly name: string
  readonly value?: string
  readonly isTicked?: boolean
}): Html =>
  html`<label class="tick"
    ><input
      type="checkbox"
      name="${options.name}"
      ${options.value !== undefined && html` value="${options.value}"`}${options.isTicked === true && html` checked`}
    />
    ${options.label}</label
  >`

/** A member that the form sends unseen: JSON. */
export const fixed = (name: string, value: unknown): Html =>
  html`<input type="hidden" name="${name}" data-json value="${JSON.stringify(value)}" />`

/** An option of a list to choose from. */
export const option = (value: string, text: string, isChosen = false): Html =>
  html`<option value="${value}" ${isChosen && html` selected`}>${text}</option>`

/** A form that sends a request. Parts of its path such as `:name` are fields of the form. */
export const form = (
  options: {
    readonly request: string
    readonly submit: string
    /** The address that is shown afterwards. */
    readonly next?: string
    /** Its fields are empty afterwards. */
    readonly resets?: boolean
    /** Its button stands beside its fields, which are few. */
    readonly isLine?: boolean
    /** The request has no document, since all fields are in its path. */
    readonly isEmpty?: boolean
    /** The element that shows the answer, by its id. */
    readonly shows?: string
    readonly label?: string
  },
  ...content: ReadonlyArray<Html>
): Html =>
  html`<form
    class="${options.isLine === true ? "line" : "block"}"
    data-request="${options.request}"
    ${options.next !== undefined && html` data-next="${options.next}"`}${
      options.resets === true && html` data-resets`
    }${options.isEmpty === true && html` data-empty`}${options.shows !== undefined && html` data-shows="${options.shows}"`}${
      options.label !== undefined && html` aria-label="${options.label}"`
    }
  >
    ${join(content)}
    <div class="actions"><button>${options.submit}</button></div>
  </form>`

/** What is filled in seldom, behind a line that opens it. */
export const folded = (id: string, summary: string, content: Html): Html =>
  html`<details class="fold" id="${id}">
    <summary>${summary}</summary>
    ${content}
  </details>`
