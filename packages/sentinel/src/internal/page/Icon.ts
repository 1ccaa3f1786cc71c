/**
 * The few pictures of the pages, drawn in the page itself, so that nothing has to be loaded. They say nothing that the text
 * does not say, so assistive technology does not see them.
 *
 * @since 0.1.0
 */
import { Html, html } from "@le-auth/core/shared/Html"

const paths = {
  key: '<circle cx="7.5" cy="15.5" r="4.5"/><path d="m10.7 12.3 9.8-9.8M16 7l3.5 3.5"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  alert: '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5m0 3.2v.1"/>'
} as const

/**
 * @since 0.1.0
 */
export type Icon = keyof typeof paths

const drawing = (icon: Icon, size: number): Html =>
  new Html(
    `<svg width="${size}" height="${size}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[icon]}</svg>`
  )

/**
 * In front of a line of text.
 *
 * @since 0.1.0
 */
export const small = (icon: Icon): Html => drawing(icon, 20)

/**
 * At the head of a page.
 *
 * @since 0.1.0
 */
export const mark = (icon: Icon): Html => html`<div class="mark ${icon}">${drawing(icon, 24)}</div>`
