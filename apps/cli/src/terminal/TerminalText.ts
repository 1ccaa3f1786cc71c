/**
 * Makes texts of others safe to show on a terminal. All of them go through this module.
 */

/**
 * Control characters, format characters (such as those that change the direction), line breaks, and halves of
 * characters.
 */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu

/**
 * The text with escapes in place of characters that could move the cursor, set colours or change the direction.
 */
export const escaped = (text: string): string =>
  text.replace(unfit, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`

/**
 * The same for encoded JSON, with escapes of JSON, so that its meaning stays. Line feeds stay: between values they are
 * our own, and within values JSON has none.
 */
export const escapedJson = (json: string): string =>
  json.replace(unfit, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, i) => unit(character.charCodeAt(i))).join("")
  )

/** A text that may be shown on a terminal. Only {@link text} makes one, so texts of others in it are escaped. */
export class Text {
  readonly #characters: string

  private constructor(characters: string) {
    this.#characters = characters
  }

  /** See {@link text}. */
  static of(strings: TemplateStringsArray, ...values: ReadonlyArray<Text | string | number>): Text {
    const parts = strings.flatMap((string, index) => {
      const value = values[index]
      return [string, value === undefined ? "" : value instanceof Text ? value.#characters : escaped(String(value))]
    })
    return new Text(parts.join(""))
  }

  /** The parts, with a separator of our own between them. */
  static join(separator: "" | " " | "  " | ", " | ": " | "\n" | "\n\n", parts: ReadonlyArray<Text>): Text {
    return new Text(parts.map((part) => part.#characters).join(separator))
  }

  /** With blanks before each line but the first. */
  indented(by: number): Text {
    return new Text(this.#characters.replaceAll("\n", `\n${" ".repeat(by)}`))
  }

  /** With blanks behind it, for columns. */
  padded(width: number): Text {
    return new Text(this.#characters.padEnd(width))
  }

  toString(): string {
    return this.#characters
  }

  toJSON(): string {
    return this.#characters
  }
}

/**
 * `` text`Signed in as ${subject}` ``: what is written here stays as it is, with its line breaks, and each value that
 * is put in is {@link escaped}.
 */
export const text = Text.of

export const join = Text.join

/** A text of others with several lines, such as a stack trace: its line breaks stay. */
export const lines = (several: string): Text =>
  join(
    "\n",
    several.split("\n").map((line) => text`${line}`)
  )

/** A row of a table: a name, its value, and what it means. */
export type Row = readonly [name: string, value: string, meaning?: Text]

/** The rows in columns, one line each, and a second one for the meaning. */
export const table = (rows: ReadonlyArray<Row>): Text => {
  const names = rows.map(([name]) => text`${name}`)
  const width = Math.max(...names.map((name) => name.toString().length))
  return join(
    "\n",
    rows.flatMap(([, value, meaning], index) => [
      text`${names[index]!.padded(width)}  ${value}`,
      ...(meaning === undefined ? [] : [text`${" ".repeat(width)}    ${meaning}`])
    ])
  )
}
