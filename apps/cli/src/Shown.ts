/**
 * Texts of others, made fit for a terminal.
 *
 * @since 0.1.0
 */

/**
 * Without the characters by which a text could move the cursor, colour what follows or turn its direction: they become escapes.
 *
 * @since 0.1.0
 */
export const shown = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`
  )

/**
 * What something is, its value, and what it means.
 *
 * @since 0.1.0
 */
export type Row = readonly [name: string, value: string, meaning?: string]

/**
 * One line for each row, in columns.
 *
 * @since 0.1.0
 */
export const table = (rows: ReadonlyArray<Row>): string => {
  const width = Math.max(...rows.map(([name]) => shown(name).length))
  return rows
    .map(([name, value, meaning]) =>
      [
        `${shown(name).padEnd(width)}  ${shown(value)}`,
        ...(meaning === undefined ? [] : [`${" ".repeat(width)}    ${meaning}`])
      ].join("\n")
    )
    .join("\n")
}
