/**
 * Durations as people type them: `8h`, `1h30m`, `90 seconds`, `500ms`, and ISO 8601, `PT8H`.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const units: Readonly<Record<string, number>> = {
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

/** ISO 8601 without years and months, whose lengths differ. */
const iso = /^p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?$/i
const isoUnits = ["w", "d", "h", "m", "s"] as const

/** Nobody writes a longer one. */
const longestText = 100

/** What is put into another clock, or added to it, has an end that a date can have. */
const longest = Duration.days(36_525)

const bounded = (millis: number, longest: Duration.Duration): Option.Option<Duration.Duration> =>
  millis <= Duration.toMillis(longest) ? Option.some(Duration.millis(millis)) : Option.none()

/**
 * Reads a duration of up to 100 years, or what is the longest; `None` if the text is none, negative or longer.
 *
 * @since 0.1.0
 */
export const parse = (text: string, upTo: Duration.Duration = longest): Option.Option<Duration.Duration> => {
  if (text.length > longestText) return Option.none()
  const trimmed = text.trim().toLowerCase()
  const isoParts = iso.exec(trimmed)?.slice(1)
  if (isoParts?.some((part) => part !== undefined) === true) {
    const millis = isoParts.reduce((sum, part, index) => sum + Number(part ?? 0) * units[isoUnits[index]!]!, 0)
    return bounded(millis, upTo)
  }
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return Option.none()
  let millis = 0
  for (const [, amount, name] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = unitOf(name!)
    if (unit === undefined) return Option.none()
    millis += Number(amount) * unit
  }
  return bounded(millis, upTo)
}

/**
 * Writes a duration in the same form: `1h30m`, `500ms`.
 *
 * @since 0.1.0
 */
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
 * A duration in a JSON document, up to 100 years.
 *
 * @since 0.1.0
 */
export const DurationText = durationText({
  upTo: longest,
  expected: "a duration such as 8h, 1h30m or PT8H, of at most 100 years",
  description: "A duration such as 8h, 1h30m, 90 seconds or PT8H, of at most 100 years.",
  example: "8h"
})

/**
 * How far a clock is ahead of another: as far as the years that have four digits reach.
 *
 * @since 0.1.0
 */
export const AheadText = durationText({
  upTo: Duration.days(3_652_425),
  expected: "a duration such as 8h, 1h30m or PT8H, of at most 10,000 years",
  description: "How far ahead: a duration such as 8h, 1h30m, 90 seconds or PT8H.",
  example: "8h"
})
