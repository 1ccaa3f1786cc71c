/** Optional members that cannot be read: they count as absent, and spoil no answer. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Reads an object of the other side without the optional members that cannot be read, so that the required ones are not
 * lost with them. `null` counts as an absent member.
 */
const readable = (fields: Schema.Struct.Fields) => {
  const members = Object.entries(fields)
    .map(([name, field]) => {
      const decode = Schema.decodeUnknownOption(Schema.Struct({ [name]: field }) as unknown as Schema.Codec<unknown>)
      return { name, canRead: (object: object) => Option.isSome(decode(object)) }
    })
    .filter(({ canRead }) => canRead({}))
  return (object: object): { readonly kept: object; readonly unread: ReadonlyArray<string> } => {
    const kept: Record<string, unknown> = { ...object }
    const unread: Array<string> = []
    for (const { canRead, name } of members) {
      const value = kept[name]
      if (value === undefined || value === null) delete kept[name]
      else if (!canRead({ [name]: value })) {
        delete kept[name]
        unread.push(name)
      }
    }
    return { kept, unread }
  }
}

/**
 * Decodes an object of the other side, without the optional members that cannot be read. Most have none such, and are
 * decoded once.
 */
export const decoder = <A>(schema: Schema.Codec<A, unknown> & { readonly fields: Schema.Struct.Fields }) => {
  const decode = Schema.decodeUnknownOption(schema)
  const read = readable(schema.fields)
  return (object: object): { readonly value: Option.Option<A>; readonly unread: ReadonlyArray<string> } => {
    const value = decode(object)
    if (Option.isSome(value)) return { value, unread: [] }
    const { kept, unread } = read(object)
    return { value: decode(kept), unread }
  }
}

/** The warning for them. It names them and never shows their values. */
export const warning = (unread: ReadonlyArray<string>): string =>
  `Sentinel's answer has members that cannot be read, and count as absent: ${unread.join(", ")}`
