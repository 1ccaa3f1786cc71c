/**
 * Forms of values that several packages check. Constants without imports, so that a page's script can have one and
 * nothing else.
 */

/** An account id of LivePerson: 1 to 32 letters and digits. */
export const accountId = /^[A-Za-z0-9]{1,32}$/

/**
 * 256 bits in base64url: 43 characters. An S256 `code_challenge` (RFC 7636 section 4.2), and every secret of this
 * length that we draw.
 */
export const bits256 = /^[A-Za-z0-9_-]{43}$/

/** A `code_verifier`: 43 to 128 unreserved characters (RFC 7636 section 4.1). */
export const codeVerifier = /^[A-Za-z0-9\-._~]{43,128}$/

/** How many characters of a sign-in's `state`, or of the id of its record, end the name of its cookie. */
export const handleLength = 12

/** A label of a host's name, in letters of either case (RFC 1123 section 2.1): the source of a pattern. */
export const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
