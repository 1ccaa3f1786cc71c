/**
 * HTML that cannot be injected into: whatever is put into the template is escaped, unless it is HTML itself.
 *
 * @since 0.1.0
 */
import { escape } from "@le-auth/core/HtmlText"

/**
 * A piece of HTML.
 *
 * @since 0.1.0
 */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * What a template takes. `undefined` and `false` are nothing.
 *
 * @since 0.1.0
 */
export type Value = string | number | Html | undefined | false

const render = (value: Value): string => {
  if (value === undefined || value === false) return ""
  return value instanceof Html ? value.text : escape(String(value))
}

/**
 * The template tag.
 *
 * @example
 * ```ts
 * import { html } from "@le-auth/sentinel/page/Html"
 *
 * html`<p>${"<script>"}</p>`.text // "<p>&lt;script&gt;</p>"
 * ```
 *
 * @since 0.1.0
 */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Html =>
  new Html(strings.reduce((text, string, index) => text + render(values[index - 1]) + string))

/**
 * Pieces one after the other.
 *
 * @since 0.1.0
 */
export const join = (pieces: ReadonlyArray<Html>): Html => new Html(pieces.map(({ text }) => text).join(""))
