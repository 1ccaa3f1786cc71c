/**
 * Small pages without script.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Pages from "./internal/pages.ts"

export {
  /**
   * A piece of HTML. {@link html} makes one from a template. `new Html(text)` takes the text as it is.
   *
   * @category models
   * @since 0.1.0
   */
  Html,
  /**
   * The template tag: it escapes every value, unless the value is {@link Html}.
   *
   * @category constructors
   * @since 0.1.0
   */
  html,
  /**
   * Pieces one after the other.
   *
   * @category combinators
   * @since 0.1.0
   */
  join
} from "@le-auth/core/shared/Html"

export type {
  /**
   * The contents of a page.
   *
   * @category models
   * @since 0.1.0
   */
  PageOptions
} from "./internal/pages.ts"

const render = Pages.make()

/**
 * A page with a title, which is a text, and a body, which is HTML: the template escapes the values that you put into
 * it.
 *
 * The page has the style sheet of the sign-in pages. Its headers let nothing else load or run, keep it out of caches,
 * and name the origins that may frame it.
 *
 * @example
 * ```ts
 * import * as Html from "@le-auth/web/Html"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const page = yield* Html.page({ title: "Hello", body: Html.html`<p>${"<world>"}</p>` })
 *   page.status // => 200
 * })
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.2.4 RFC 9700 section 4.2.4}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.16 RFC 9700 section 4.16}
 * @category constructors
 * @since 0.1.0
 */
export const page = (options: Pages.PageOptions): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  render(options)
