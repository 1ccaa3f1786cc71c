/** What a 401 says about the bearer token that was sent (RFC 6750 section 3). */
import * as Duration from "effect/Duration"

/** A service that gives no reason may mean anything; a token that came just now is then not the one. */
const suspectAfter = Duration.toMillis("1 minute")

/** The parameters of a challenge: names with quoted or plain values (RFC 9110 section 11.2). */
const parameter = /(?<![\w-])([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g

const errorOf = (challenge: string): string | undefined => {
  for (const [, name, quoted, plain] of challenge.matchAll(parameter)) {
    if (name!.toLowerCase() === "error") return quoted ?? plain
  }
  return undefined
}

/** Whether another token may help: the service says so, or says nothing about a token of this age. */
export const isAboutToken = (challenge: string | undefined, age: number): boolean => {
  const error = challenge === undefined ? undefined : errorOf(challenge)
  return error === undefined ? age > suspectAfter : error === "invalid_token"
}
