/** Members that do not matter so much that an answer would be refused for them. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Reads an object of the other side apart from its optional members that cannot be read, so that those which have to be
 * there are not lost with them. `null` says nothing, as a member that is absent.
 */
export const readable = (fields: Schema.Struct.Fields) => {
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

/** The warning for them. It names them and never says what they were. */
export const warning = (unread: ReadonlyArray<string>): string =>
  `Sentinel's answer has members that cannot be read, and count as absent: ${unread.join(", ")}`
