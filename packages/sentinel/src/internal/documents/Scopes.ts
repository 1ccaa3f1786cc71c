/**
 * The scopes of OpenID Connect, and the claims about a user that each gives. **Not LivePerson**, whose tokens of users
 * have no scope.
 *
 * @see OpenID Connect Core section 5.4
 */

/**
 * `openid` is part of every sign-in, since every answer has an id_token. `is_admin` and `is_lpa` are LivePerson's, and
 * are in every id_token, so they need no other scope.
 */
export const claimsByScope = {
  openid: ["sub", "is_admin", "is_lpa"],
  email: ["email"],
  profile: ["name"]
} as const

/** All scopes. */
export const scopes = Object.keys(claimsByScope) as ReadonlyArray<keyof typeof claimsByScope>

/**
 * The scopes of a grant: those that were asked for and are known, and `openid` in any case. Others are ignored (OpenID
 * Connect Core section 3.1.2.1), and the answer of the token endpoint says what was granted (RFC 6749 section 3.3).
 */
export const granted = (asked: string | undefined): string => {
  const wanted = new Set((asked ?? "").split(" "))
  return scopes.filter((scope) => scope === "openid" || wanted.has(scope)).join(" ")
}

/** The claims that scopes give. A grant without scopes is from a time when the dialect had none. */
export const claimsOf = (scope: string | undefined): ReadonlySet<string> => {
  const has = new Set(granted(scope).split(" "))
  return new Set(scopes.flatMap((name) => (has.has(name) ? claimsByScope[name] : [])))
}
