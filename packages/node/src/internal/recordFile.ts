/** Records in a file of the user's, each under its key. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as PrivateDocument from "../PrivateDocument.ts"

const version = 1

interface Key {
  readonly toString: () => string
}

/** What such a file says. */
export interface Records<A> {
  /** By the texts of their keys. */
  readonly readable: ReadonlyMap<string, A>
  /** What is not readable does not count, but stays in the file until its key is set or removed. */
  readonly unreadable: ReadonlyArray<unknown>
}

/** How files keep records of a kind. */
export const make = <A extends { readonly key: Key }>(options: {
  /** For messages: `session`. The file is a `session file`. */
  readonly kind: string
  /** The member of the document that has them all: `sessions`. */
  readonly member: string
  readonly record: Schema.Codec<A, unknown>
  readonly key: Schema.Codec<Key, unknown>
  /** What it means that the file cannot be read, for the warning: `no user is signed in`. */
  readonly otherwise: string
}) => {
  const { kind, member, otherwise } = options
  const decodeContent = Schema.decodeUnknownOption(
    Schema.Struct({ version: Schema.Literal(version), [member]: Schema.Array(Schema.Unknown) })
  )
  const decodeRecord = Schema.decodeUnknownOption(options.record)
  const encodeRecord = Schema.encodeSync(options.record)
  const decodeKey = Schema.decodeUnknownOption(Schema.Struct({ key: options.key }))

  const decode = (path: string) => {
    /** How many records the last warning was about: many reads of the same file make one. */
    let warned = 0
    return Effect.fnUntraced(function* (document: unknown) {
      const content = decodeContent(document)
      if (Option.isNone(content)) return Option.none()
      const readable = new Map<string, A>()
      const unreadable: Array<unknown> = []
      for (const entry of content.value[member] as ReadonlyArray<unknown>) {
        const record = decodeRecord(entry)
        if (Option.isSome(record)) readable.set(record.value.key.toString(), record.value)
        else unreadable.push(entry)
      }
      const isNew = unreadable.length > warned
      warned = unreadable.length
      if (isNew) {
        yield* Effect.logWarning(`The ${kind} file ${path} has a record that is not readable and does not count.`)
      }
      return Option.some<Records<A>>({ readable, unreadable })
    })
  }

  const encode = ({ readable, unreadable }: Records<A>): string =>
    JSON.stringify({
      version,
      [member]: [...Array.from(readable.values(), (record) => encodeRecord(record)), ...unreadable]
    })

  /** Without the record of a key, readable or not. */
  const without = ({ readable, unreadable }: Records<A>, key: Key): Records<A> => {
    const isOther = (of: Key) => of.toString() !== key.toString()
    return {
      readable: new Map([...readable].filter(([, record]) => isOther(record.key))),
      unreadable: unreadable.filter((entry) =>
        Option.match(decodeKey(entry), { onNone: () => true, onSome: ({ key }) => isOther(key) })
      )
    }
  }

  return {
    fileAt: (path: string): PrivateDocument.PrivateDocument<Records<A>> =>
      PrivateDocument.make({
        name: `${kind} file`,
        path,
        version,
        empty: { readable: new Map(), unreadable: [] },
        otherwise,
        decode: decode(path),
        encode
      }),
    /** With a record, in place of what its key had. */
    put: (records: Records<A>, record: A): Records<A> => {
      const { readable, unreadable } = without(records, record.key)
      return { readable: new Map([...readable, [record.key.toString(), record]]), unreadable }
    },
    /** `undefined` if the key had nothing. */
    remove: (records: Records<A>, key: Key): Records<A> | undefined => {
      const rest = without(records, key)
      const isSame =
        rest.readable.size === records.readable.size && rest.unreadable.length === records.unreadable.length
      return isSame ? undefined : rest
    }
  }
}
