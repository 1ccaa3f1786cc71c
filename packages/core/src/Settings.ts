/**
 * Reads settings and reports everything that is wrong with them at once.
 *
 * `effect/Config` stops at the first problem; a person who configures a server wants the whole list.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * Settings are missing or wrong. `problems` has a line for each; values are never repeated, since they may be secrets.
 *
 * @category errors
 * @since 0.1.0
 */
export class SettingsError extends Schema.TaggedError<SettingsError>()("SettingsError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return ["The configuration has problems:", ...this.problems.map((problem) => `  - ${problem}`)].join("\n")
  }
}

type Fields = Record<string, Schema.Codec<unknown, unknown>>
type Values<F extends Fields> = { readonly [K in keyof F]: F[K]["Type"] }

const lines = (error: Config.ConfigError): string =>
  error.cause.message
    .replace(/\n\s*at \[.*\]$/gm, "")
    .replaceAll("\n", " ")
    .trim()

/**
 * Reads one setting for each field, under the field's name, from the current `ConfigProvider`. An empty value counts
 * as missing, as people write `NAME= command` to unset one. Those of `optional` may be missing. Fails with all
 * problems at once.
 *
 * @example
 * ```ts
 * import { load } from "@le-auth/core/Settings"
 * import * as ConfigProvider from "effect/ConfigProvider"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * load({ PORT: Schema.NumberFromString }).pipe(
 *   Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ PORT: "8080" })))
 * ) // => { PORT: 8080 }
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const load = <F extends Fields, O extends Fields = {}>(
  fields: F,
  optional?: O
): Effect.Effect<Values<F> & Partial<Values<O>>, SettingsError> =>
  Effect.gen(function* () {
    const values: Record<string, unknown> = {}
    const problems: Array<string> = []
    for (const [name, schema] of Object.entries({ ...fields, ...optional })) {
      const given = yield* Config.option(Config.NonEmptyString(name)).pipe(
        Effect.orElseSucceed(() => Option.none<string>())
      )
      if (Option.isNone(given)) {
        if (Object.hasOwn(fields, name)) problems.push(`${name} is missing`)
        continue
      }
      const value = yield* Effect.result(Config.schema(schema, name))
      if (Result.isSuccess(value)) values[name] = value.success
      else problems.push(`${name}: ${lines(value.failure)}`)
    }
    if (problems.length > 0) return yield* new SettingsError({ problems })
    return values as Values<F> & Partial<Values<O>>
  })

/**
 * A duration as people type it in a setting, a flag or a configuration file: `90s`, `1h30m`, `2 hours` or ISO 8601,
 * `PT8H`, of at most 100 years. A refusal shows an example.
 *
 * @example
 * ```ts
 * import { DurationText } from "@le-auth/core/Settings"
 * import * as Duration from "effect/Duration"
 * import * as Schema from "effect/Schema"
 *
 * Duration.toSeconds(Schema.decodeSync(DurationText)("90s")) // => 90
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export { DurationText } from "./shared/DurationText.ts"
