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

/**
 * Reads a duration; `None` if the text is none, or negative.
 *
 * @since 0.1.0
 */
export const parse = (text: string): Option.Option<Duration.Duration> => {
  const trimmed = text.trim().toLowerCase()
  const isoParts = iso.exec(trimmed)?.slice(1)
  if (isoParts?.some((part) => part !== undefined) === true) {
    const millis = isoParts.reduce((sum, part, index) => sum + Number(part ?? 0) * units[isoUnits[index]!]!, 0)
    return Option.some(Duration.millis(millis))
  }
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return Option.none()
  let millis = 0
  for (const [, amount, name] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = unitOf(name!)
    if (unit === undefined) return Option.none()
    millis += Number(amount) * unit
  }
  return Option.some(Duration.millis(millis))
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

/**
 * A duration in a JSON document.
 *
 * @since 0.1.0
 */
export const DurationText = Schema.String.annotate({
  description: "A duration such as 8h, 1h30m, 90 seconds or PT8H.",
  examples: ["8h"]
}).pipe(
  Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transformEffect({
      decode: (text: string, options) =>
        Option.match(parse(text), {
          onNone: () =>
            Effect.fail(
              new SchemaIssue.InvalidValue({ expected: "a duration such as 8h, 1h30m or PT8H" }, text, options)
            ),
          onSome: Effect.succeed
        }),
      encode: (duration: Duration.Duration) => Effect.succeed(format(duration))
    })
  )
)
