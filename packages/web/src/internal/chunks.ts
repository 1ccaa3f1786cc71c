/**
 * A long text in several cookies. The first, `<name>-0`, begins with their number, so that a piece that is left over
 * from a longer text does no harm. Pieces of different texts do not open together, since the text is sealed.
 */
import type * as Duration from "effect/Duration"
import type { RequestCookies } from "./requestCookies.ts"

/** Characters of a piece, so that a cookie with name and attributes stays below 4,096 bytes (RFC 6265 section 6.1). */
export const maximumLength = 3800

const first = /^(\d{1,2})\.([\w.-]+)$/

/** The whole text, or `undefined` if a piece is missing. */
export const read = (get: (name: string) => string | undefined, name: string): string | undefined => {
  const [, count, start] = first.exec(get(`${name}-0`) ?? "") ?? []
  if (count === undefined || start === undefined) return undefined
  const rest = Array.from({ length: Math.max(0, Number(count) - 1) }, (_, index) => get(`${name}-${index + 1}`))
  return rest.includes(undefined) ? undefined : start + rest.join("")
}

/** Removes the pieces in a browser, beginning with number `from`. */
export const remove = (browser: RequestCookies, name: string, from = 0): void => {
  for (const piece of browser.names()) {
    const index = piece.startsWith(`${name}-`) ? piece.slice(name.length + 1) : ""
    if (/^\d{1,2}$/.test(index) && Number(index) >= from) browser.remove(piece)
  }
}

/** Writes a text in place of the previous one. */
export const write = (browser: RequestCookies, name: string, text: string, maxAge: Duration.Duration): void => {
  const count = Math.ceil(text.length / maximumLength)
  remove(browser, name, count)
  for (let index = 0; index < count; index++) {
    const piece = text.slice(index * maximumLength, (index + 1) * maximumLength)
    browser.set(`${name}-${index}`, index === 0 ? `${count}.${piece}` : piece, maxAge)
  }
}
