/** Texts that every store can hold and every log can show. */
import * as Schema from "effect/Schema"

/** PostgreSQL takes no U+0000; a lone surrogate has no form in UTF-8, so two of them would be one text. */
export const problemOf = (text: string): string | undefined => {
  if (text.includes("\0")) return "has the character U+0000"
  return /\p{Surrogate}/u.test(text) ? "has half a character (a lone surrogate)" : undefined
}

/** A text with at most this number of characters. */
export const upTo = (longest: number) =>
  Schema.String.check(
    Schema.isMaxLength(longest, { expected: `a text of at most ${longest} characters` }),
    Schema.makeFilter((text: string) => problemOf(text))
  )
