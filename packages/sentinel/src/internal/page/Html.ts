/**
 * The template of all pages: whatever is put into it is escaped, unless it is HTML itself.
 *
 * @since 0.1.0
 */
export {
  /** @since 0.1.0 */
  Html,
  /** @since 0.1.0 */
  html,
  /** @since 0.1.0 */
  join,
  /** @since 0.1.0 */
  type Value
} from "@le-auth/core/HtmlText"
