/**
 * The former place of `shared/Html`. It goes as soon as nothing imports it.
 *
 * @since 0.1.0
 */
import { html } from "./shared/Html.ts"

export {
  /** @since 0.1.0 */
  Html,
  /** @since 0.1.0 */
  html,
  /** @since 0.1.0 */
  join,
  /** @since 0.1.0 */
  type Value
} from "./shared/Html.ts"

/**
 * Escapes a text for HTML content and for quoted attributes.
 *
 * @category combinators
 * @since 0.1.0
 */
export const escape = (text: string): string => html`${text}`.text
