/**
 * HTML that cannot be injected into: a template escapes every value, unless the value is HTML itself.
 *
 * @since 0.1.0
 */

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/** For content and quoted attributes (OWASP, Cross Site Scripting Prevention). effect's own templates do not escape. */
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!)

/**
 * A piece of HTML. {@link html} makes one from a template. `new Html(text)` takes the text as it is.
 *
 * @category models
 * @since 0.1.0
 */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * The values that a template takes. `undefined` and `false` add nothing.
 *
 * @category models
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
 * import { html } from "@le-auth/core/shared/Html"
 *
 * html`<p>${"<script>"}</p>`.text // => "<p>&lt;script&gt;</p>"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Html =>
  new Html(strings.reduce((text, string, index) => text + render(values[index - 1]) + string))

/**
 * Pieces one after the other.
 *
 * @category combinators
 * @since 0.1.0
 */
export const join = (pieces: ReadonlyArray<Html>): Html => new Html(pieces.map(({ text }) => text).join(""))
