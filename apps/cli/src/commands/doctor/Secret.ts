/**
 * Checks whether the client secret was copied with blanks or quotes around it.
 */
import type { ClientSecret } from "@le-auth/core/Identifiers"
import * as Redacted from "effect/Redacted"
import { text, type Text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"

const problemOf = (secret: string): Text | undefined => {
  if (secret.trim() !== secret) return text`begins or ends with a blank`
  return /^(["'`])[^]*\1$/.test(secret) ? text`has quotes around it` : undefined
}

/** It may be right, so this is at most a warning. It tells nothing else about the secret. */
export const check = (secret: ClientSecret, source: Text): ReadonlyArray<Finding.Finding> => {
  const problem = problemOf(Redacted.value(secret))
  return problem === undefined
    ? []
    : [
        Finding.warning(
          "client secret",
          text`The client secret of ${source} ${problem}.`,
          text`If that is not part of it, correct it: Sentinel compares it character by character.`
        )
      ]
}
