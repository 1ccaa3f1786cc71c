/**
 * Whether user and password of an address can be read, as drivers and undici do it: of a `%` that is not encoded they
 * throw, without a word of which setting it is in.
 */
export const canDecodeUserInfo = ({ password, username }: URL): boolean => {
  try {
    decodeURIComponent(`${username}:${password}`)
    return true
  } catch {
    return false
  }
}
