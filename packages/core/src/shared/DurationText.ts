/**
 * Durations as people type them: `8h`, `1h30m`, `500ms`, effect's long form, `90 seconds`, and ISO 8601, `PT8H`. Every
 * text that a person types as a duration is read here: flags, files and documents.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** In milliseconds. Each may also have an `s` at its end. */
const units: Readonly<Record<string, number>> = {
  nano: 1e-6,
  micro: 1e-3,
  ms: 1,
  milli: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000
}

const unitOf = (name: string): number | undefined =>
  Object.hasOwn(units, name)
    ? units[name]
    : Object.hasOwn(units, name.slice(0, -1))
      ? units[name.slice(0, -1)]
      : undefined

/** More characters than a duration has that a person types. */
const longestText = 100

/** A duration that is added to a time must give a time that a date can have. */
const longest = Duration.days(36_525)

const bounded = (millis: number, longest: Duration.Duration): Option.Option<Duration.Duration> =>
  millis >= 0 && millis <= Duration.toMillis(longest) ? Option.some(Duration.millis(millis)) : Option.none()

/** Reads a duration of at most `upTo`, by default 100 years. None if the text is not a duration, negative or longer. */
export const parse = (text: string, upTo: Duration.Duration = longest): Option.Option<Duration.Duration> => {
  if (text.length > longestText) return Option.none()
  const trimmed = text.trim().toLowerCase()
  const iso = Duration.fromIso(trimmed.toUpperCase())
  if (Option.isSome(iso)) return bounded(Duration.toMillis(iso.value), upTo)
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return Option.none()
  let millis = 0
  for (const [, amount, name] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = unitOf(name!)
    if (unit === undefined) return Option.none()
    millis += Number(amount) * unit
  }
  return bounded(millis, upTo)
}

/** Writes a duration in the same form: `1h30m`, `500ms`. Parts of a millisecond are left out. */
export const format = (duration: Duration.Duration): string => {
  let rest = Duration.toMillis(duration)
  let text = ""
  for (const name of ["d", "h", "m", "s", "ms"]) {
    const count = Math.floor(rest / units[name]!)
    if (count > 0) text += `${count}${name}`
    rest -= count * units[name]!
  }
  return text === "" ? "0s" : text
}

const durationText = (options: {
  readonly upTo: Duration.Duration
  readonly expected: string
  readonly description: string
  readonly example: string
}) =>
  Schema.String.annotate({
    expected: options.expected,
    description: options.description,
    examples: [options.example]
  }).pipe(
    Schema.decodeTo(
      Schema.Duration,
      SchemaTransformation.transformEffect({
        decode: (text: string, parsing) =>
          Option.match(parse(text, options.upTo), {
            onNone: () => Effect.fail(new SchemaIssue.InvalidValue({ expected: options.expected }, text, parsing)),
            onSome: Effect.succeed
          }),
        encode: (duration: Duration.Duration) => Effect.succeed(format(duration))
      })
    )
  )

/**
 * A duration in a JSON document or a flag, up to 100 years.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DurationText = durationText({
  upTo: longest,
  expected: "a duration such as 8h, 1h30m or PT8H, of at most 100 years",
  description: "A duration such as 8h, 1h30m, 90 seconds or PT8H, of at most 100 years.",
  example: "8h"
})

/** How far a clock is ahead of another: as far as the years that have four digits reach. */
export const AheadText = durationText({
  upTo: Duration.days(3_652_425),
  expected: "a duration such as 8h, 1h30m or PT8H, of at most 10,000 years",
  description: "How far ahead: a duration such as 8h, 1h30m, 90 seconds or PT8H.",
  example: "8h"
})

/** A duration with bounds of its own, which are included. */
export const between = (least: Duration.Input, most: Duration.Input) => {
  const range = { minimum: Duration.fromInputUnsafe(least), maximum: Duration.fromInputUnsafe(most) }
  const expected = `a duration from ${String(least)} to ${String(most)}, such as ${String(most)}`
  return durationText({
    upTo: range.maximum,
    expected,
    description: `From ${String(least)} to ${String(most)}.`,
    example: String(most)
  }).check(Schema.makeFilter((value: Duration.Duration) => Duration.between(value, range), { expected }))
}
