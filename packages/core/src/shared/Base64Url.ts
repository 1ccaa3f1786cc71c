/**
 * Base64url (RFC 4648 section 5) for the short values of a sign-in. effect's own encoder and decoder are written for
 * any length and cost more than the hashes and signatures around them.
 */

/** Unreserved in URLs. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const codes = Uint8Array.from(alphabet, (character) => character.charCodeAt(0))

/** More characters than this in one call may not fit on the stack. */
const atOnce = 4096

/**
 * Writes bytes as base64url without padding.
 */
export const encode = (bytes: Uint8Array): string => {
  const length = Math.ceil((bytes.length * 4) / 3)
  // eslint-disable-next-line unicorn/no-new-array -- an array of its final length is filled in half the time
  const characters = new Array<number>(length)
  let next = 0
  for (let index = 0; index < bytes.length; index += 3) {
    const bits = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    characters[next++] = codes[bits >> 18]!
    characters[next++] = codes[(bits >> 12) & 63]!
    if (next < length) characters[next++] = codes[(bits >> 6) & 63]!
    if (next < length) characters[next++] = codes[bits & 63]!
  }
  // In one piece: a text that is put together from pairs is copied once more when it is first read.
  if (length <= atOnce) return String.fromCharCode(...characters)
  let text = ""
  for (let start = 0; start < length; start += atOnce) {
    text += String.fromCharCode(...characters.slice(start, start + atOnce))
  }
  return text
}

/** The value of each character; 64 for those of no value. */
const values = new Uint8Array(128).fill(64)
codes.forEach((code, value) => (values[code] = value))

/**
 * The bytes of a text; `undefined` if it is not base64url without padding (RFC 7515 section 2).
 */
export const decode = (text: string): Uint8Array | undefined => {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let pending = 0
  let next = 0
  for (let index = 0; index < text.length; index++) {
    const value = values[text.charCodeAt(index)] ?? 64
    if (value === 64) return undefined
    bits = (bits << 6) | value
    pending += 6
    if (pending >= 8) bytes[next++] = bits >> (pending -= 8)
  }
  return bytes
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * The UTF-8 text of a text in base64url; `undefined` if it is not one.
 */
export const decodeText = (text: string): string | undefined => {
  const bytes = decode(text)
  if (bytes === undefined) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
