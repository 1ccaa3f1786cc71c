/**
 * The few pictures of the pages, drawn in the page itself, so that nothing has to be loaded. They only repeat the text,
 * so assistive technology does not see them.
 */
import { Html, html } from "@le-auth/core/shared/Html"

const paths = {
  key: '<circle cx="7.5" cy="15.5" r="4.5"/><path d="m10.7 12.3 9.8-9.8M16 7l3.5 3.5"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  home: '<path d="M4 11.5 12 4l8 7.5M6.5 9.5V20h11V9.5"/>',
  alert: '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5m0 3.2v.1"/>'
} as const

/** The name of a picture. */
export type Icon = keyof typeof paths

const drawing = (icon: Icon, size: number): Html =>
  new Html(
    `<svg width="${size}" height="${size}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[icon]}</svg>`
  )

/** For the start of a line of text. */
export const small = (icon: Icon): Html => drawing(icon, 20)

/** For the head of a page. */
export const mark = (icon: Icon): Html => html`<div class="mark ${icon}">${drawing(icon, 24)}</div>`
