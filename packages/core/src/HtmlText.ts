/**
 * HTML that cannot be injected into: whatever is put into the template is escaped, unless it is HTML itself.
 *
 * @since 0.1.0
 */

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/**
 * Escapes a text for HTML content and for quoted attributes (OWASP, Cross Site Scripting Prevention). effect's own HTML
 * templates do not escape.
 *
 * @example
 * ```ts
 * import { escape } from "@le-auth/core/HtmlText"
 *
 * escape("<b>") // "&lt;b&gt;"
 * ```
 *
 * @since 0.1.0
 */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!)

/**
 * A piece of HTML. {@link html} makes one of a template; made of a text, it is that text as it is.
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
 * import { html } from "@le-auth/core/HtmlText"
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
