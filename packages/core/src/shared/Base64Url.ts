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

/** The bytes as characters of one byte each; `undefined` if the text is not base64url without padding. */
const binaryOf = (text: string): string | undefined =>
  /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1
    ? atob(text.replaceAll("-", "+").replaceAll("_", "/"))
    : undefined

const bytesOf = (binary: string): Uint8Array => {
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}

/**
 * The bytes of a text; `undefined` if it is not base64url without padding (RFC 7515 section 2).
 */
export const decode = (text: string): Uint8Array | undefined => {
  const binary = binaryOf(text)
  return binary === undefined ? undefined : bytesOf(binary)
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * The UTF-8 text of a text in base64url; `undefined` if it is not one.
 */
export const decodeText = (text: string): string | undefined => {
  const binary = binaryOf(text)
  // eslint-disable-next-line no-control-regex -- every ASCII character
  if (binary === undefined || /^[\x00-\x7f]*$/.test(binary)) return binary
  try {
    return utf8.decode(bytesOf(binary))
  } catch {
    return undefined
  }
}
