/**
 * JSON of operators: read in slices and within bounds, so that no text ends or stops a Sentinel that runs, whatever is
 * in it.
 *
 * It is stricter than `JSON.parse`, which recurses, holds the thread until it is done, and lets the last of two equal
 * keys win in silence (RFC 8259 section 4).
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Slices from "./Slices.ts"

/**
 * `length` is that of the whole text, `token` that of one text, number or gap in it. `members` are those of one object:
 * to list many more of them cannot be done in slices.
 */
export const limits = {
  length: 32 * 1024 * 1024,
  depth: 32,
  token: 1024 * 1024,
  members: 10_000,
  problems: 100
} as const

/** The engine takes 25 ns for each character of a text, so a long text is read in pieces. */
const longestPiece = 64 * 1024

/** The text is not JSON, or is beyond the bounds. No problem repeats what is there: it may be a secret. */
export class InvalidJson extends Schema.TaggedError<InvalidJson>()("InvalidJson", {
  problems: Schema.Array(Schema.String),
  /** Where the text is not JSON: `line 3, column 5`. */
  place: Schema.optionalKey(Schema.String)
}) {}

/** Ends the reading. It never leaves this module. */
class Wrong {
  readonly what: string
  readonly at: number
  constructor(what: string, at: number) {
    this.what = what
    this.at = at
  }
}

interface Frame {
  readonly list: Array<unknown> | undefined
  readonly record: Record<string, unknown>
  members: number
  key: string
}

const pathOf = (frames: ReadonlyArray<Frame>): string =>
  frames
    .map(({ key, list }, index) => (list !== undefined ? `[${list.length - 1}]` : `${index === 0 ? "" : "."}${key}`))
    .join("")

/** Neither looks at more than it takes to see that it is too much: the text may go on like this for 32 MiB. */
const number = /-?(?:0|[1-9]\d{0,1000})(?:\.\d{1,1001})?(?:[eE][+-]?\d{1,1001})?/y
const word = /[A-Za-z]{1,8}/y
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null]
])

function* read(text: string, lenient: boolean): Slices.Pausing<{ value: unknown; repeated: Array<string> }> {
  const repeated: Array<string> = []
  const frames: Array<Frame> = []
  let position = 0
  let value: unknown

  const fail = (what: string, at = position): never => {
    throw new Wrong(what, at)
  }

  /** Goes on to what is neither white space nor a comment. */
  const skip = () => {
    const start = position
    for (;;) {
      const code = text.charCodeAt(position)
      if (code === 32 || code === 10 || code === 13 || code === 9) position++
      else if (lenient && code === 47 && text[position + 1] === "/") {
        const end = text.indexOf("\n", position)
        position = end === -1 ? text.length : end
      } else if (lenient && code === 47 && text[position + 1] === "*") {
        const end = text.indexOf("*/", position + 2)
        if (end === -1) fail("unexpected end of comment")
        position = end + 2
      } else return
      if (position - start > limits.token) fail("nothing but white space and comments for too long", start)
    }
  }

  /** Goes on to the end of the text that begins here. Gives where it is in quotation marks. */
  const skipText = (): { readonly start: number; readonly end: number } => {
    const start = position
    let end = start
    let isEscaped = true
    while (isEscaped) {
      end = text.indexOf('"', end + 1)
      if (end === -1) fail("unexpected end of string")
      if (end - start > limits.token) fail("a text is longer than 1 MiB")
      let slashes = end
      while (text[slashes - 1] === "\\") slashes--
      isEscaped = (end - slashes) % 2 === 1
    }
    position = end + 1
    return { start, end }
  }

  const parsed = (literal: string, start: number): string => {
    try {
      return JSON.parse(literal) as string
    } catch {
      return fail("invalid escape or character in string", start)
    }
  }

  /** Where a piece of a text may end: not in an escape, of which a run of reverse solidi may be the half. */
  const endOfPiece = (from: number, end: number): number => {
    const to = from + longestPiece
    if (to >= end) return end
    const last = text.slice(to - 5, to).lastIndexOf("\\")
    if (last === -1) return to
    const slash = to - 5 + last
    let first = slash
    while (first > from && text[first - 1] === "\\") first--
    return (slash - first) % 2 === 0 ? slash : to
  }

  function* readText(): Slices.Pausing<string> {
    const { end, start } = skipText()
    if (end - start <= longestPiece) return parsed(text.slice(start, end + 1), start)
    let whole = ""
    for (let from = start + 1; from < end;) {
      const to = endOfPiece(from, end)
      whole += parsed(`"${text.slice(from, to)}"`, start)
      from = to
      yield
    }
    return whole
  }

  const readScalar = (): unknown => {
    number.lastIndex = position
    const digits = number.exec(text)?.[0]
    if (digits !== undefined) {
      if (digits.length > 1000) fail("a number has too many digits")
      position += digits.length
      return Number(digits)
    }
    word.lastIndex = position
    const name = word.exec(text)?.[0] ?? ""
    if (!words.has(name))
      fail(position < text.length && !/[\]},:]/.test(text[position]!) ? "invalid symbol" : "value expected")
    position += name.length
    return words.get(name)
  }

  const place = (one: unknown) => {
    const frame = frames.at(-1)
    if (frame === undefined) value = one
    else if (frame.list !== undefined) frame.list.push(one)
    // As JSON.parse does it: a key like any other.
    else if (frame.key === "__proto__") Object.defineProperty(frame.record, frame.key, { value: one, enumerable: true })
    else frame.record[frame.key] = one
  }

  /** The key of the next member of an object. */
  const readKey = (frame: Frame) => {
    if (text[position] !== '"') fail("property name expected")
    if (++frame.members > limits.members) fail(`an object has more than ${limits.members} members`)
    const { end, start } = skipText()
    if (end - start > longestPiece) fail("a property name is longer than 64 KiB", start)
    frame.key = parsed(text.slice(start, end + 1), start)
    if (Object.hasOwn(frame.record, frame.key) && repeated.length < limits.problems) {
      repeated.push(`${pathOf(frames)}: is there twice`)
    }
    skip()
    if (text[position] !== ":") fail("colon expected")
    position++
  }

  for (;;) {
    yield
    skip()
    const open = text[position]
    let isNew = false
    if (open === "{" || open === "[") {
      if (frames.length === limits.depth) fail(`nested deeper than ${limits.depth} levels`)
      const frame: Frame = { list: open === "[" ? [] : undefined, record: {}, members: 0, key: "" }
      place(frame.list ?? frame.record)
      frames.push(frame)
      position++
      isNew = true
    } else place(open === '"' ? yield* readText() : readScalar())

    // Closes what is complete, up to where a value is next.
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      skip()
      const close = frame.list === undefined ? "}" : "]"
      let next = text[position]
      if (!isNew && next === ",") {
        position++
        skip()
        next = text[position]
        if (next !== close || !lenient) {
          if (frame.list === undefined) readKey(frame)
          break
        }
      } else if (next !== close) {
        if (isNew && next !== undefined) {
          if (frame.list === undefined) readKey(frame)
          break
        }
        const what = frame.list === undefined ? "close brace expected" : "close bracket expected"
        fail(next === undefined ? what : "comma expected")
      }
      position++
      frames.pop()
      isNew = false
      yield
    }
    if (frames.length === 0) break
  }
  skip()
  if (position < text.length) fail("end of file expected")
  return { value, repeated }
}

/** `line 3, column 5` */
function* placeOf(text: string, at: number): Slices.Pausing<string> {
  let line = 1
  let start = 0
  for (let end = text.indexOf("\n"); end !== -1 && end < at; end = text.indexOf("\n", start)) {
    line++
    start = end + 1
    if (line % 1000 === 0) yield
  }
  return `line ${line}, column ${at - start + 1}`
}

/** The value of a text. `lenient` allows comments and a comma too many. */
export const parse = (text: string, options?: { readonly lenient?: boolean }): Effect.Effect<unknown, InvalidJson> => {
  if (text.length > limits.length) {
    return Effect.fail(new InvalidJson({ problems: ["the text is larger than 32 MiB"] }))
  }
  return Effect.flatMap(
    Slices.run(function* () {
      try {
        return yield* read(text, options?.lenient === true)
      } catch (error) {
        if (error instanceof Wrong) return { ...error, place: yield* placeOf(text, error.at) }
        throw error
      }
    }),
    (found) => {
      if ("place" in found) {
        const { place, what } = found
        return Effect.fail(new InvalidJson({ problems: ["the text is not JSON", `${place}: ${what}`], place }))
      }
      return found.repeated.length > 0
        ? Effect.fail(new InvalidJson({ problems: found.repeated }))
        : Effect.succeed(found.value)
    }
  )
}
