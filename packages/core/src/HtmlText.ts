/**
 * Text in HTML.
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
