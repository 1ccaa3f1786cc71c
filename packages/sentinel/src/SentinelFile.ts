/**
 * The configuration as a file: JSON with comments, and a JSON Schema for editors.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as BoundedJson from "./internal/input/BoundedJson.ts"
import * as Problems from "./internal/input/problems.ts"
import * as SentinelConfig from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"

/**
 * A `SentinelConfig` with `$schema`, the place of its JSON Schema.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SentinelFile = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String),
  ...SentinelConfig.SentinelConfig.fields
})

/**
 * Checks a value that is already JSON, with or without `$schema`. Fails with all problems at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromUnknown = (
  value: unknown
): Effect.Effect<SentinelConfig.SentinelConfig, SentinelConfig.InvalidSentinelConfig> => {
  if (!Predicate.hasProperty(value, "$schema")) return SentinelConfig.fromUnknown(value)
  const { $schema: _, ...config } = value
  return SentinelConfig.fromUnknown(config)
}

/**
 * The size of the largest file that is read, in bytes: 32 MiB.
 *
 * @category models
 * @since 0.1.0
 */
export const maximumBytes: number = BoundedJson.limits.length

/**
 * Checks the text of a file: JSON in which comments and a trailing comma are allowed. Fails with all problems at once,
 * and never holds the thread for long.
 *
 * @example
 * ```ts
 * import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
 * import * as Effect from "effect/Effect"
 *
 * const text = `{
 *   // One account without users.
 *   "accounts": [{ "id": "12345678", "users": [], "installations": [] }],
 * }`
 *
 * Effect.map(SentinelFile.parse(text), ({ accounts }) => accounts[0].id) // => "12345678"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (
  text: string
): Effect.Effect<SentinelConfig.SentinelConfig, SentinelConfig.InvalidSentinelConfig> =>
  // A byte order mark, which editors on Windows write, is not part of the text.
  BoundedJson.parse(text.replace(/^\uFEFF/, ""), { lenient: true }).pipe(
    Effect.mapError(({ problems }) => new SentinelConfig.InvalidSentinelConfig({ problems })),
    Effect.flatMap(fromUnknown)
  )

const decodePoints = Problems.decoder(Schema.Struct({ points: SentinelDialect.Changes }))

/**
 * Checks points of a dialect without a configuration around them, as those of flags. Fails with all problems at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pointsFromUnknown = (
  points: unknown
): Effect.Effect<SentinelDialect.Changes, SentinelConfig.InvalidSentinelConfig> =>
  Result.match(decodePoints({ points }), {
    onSuccess: (decoded) => Effect.succeed(decoded.points),
    onFailure: (problems) => Effect.fail(new SentinelConfig.InvalidSentinelConfig({ problems }))
  })

/**
 * The JSON Schema of the file, for editors, which complete and check it by that.
 *
 * @see {@link https://json-schema.org/draft/2020-12 JSON Schema 2020-12}
 * @category constructors
 * @since 0.1.0
 */
export const jsonSchema = (): unknown => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SentinelFile, {
    onExcessProperty: "error",
    generateDescriptions: true
  })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of le-auth Sentinel",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}
