/**
 * The configuration file as editors and the command see it.
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
 * The configuration, and where its JSON Schema is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SentinelFile = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String),
  ...SentinelConfig.SentinelConfig.fields
})

/**
 * Checks a value that is already JSON. Fails with all problems at once.
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
 * The most that the text of a file may have, in bytes: 32 MiB.
 *
 * @category models
 * @since 0.1.0
 */
export const maximumBytes: number = BoundedJson.limits.length

/**
 * Checks the text of a file: JSON in which comments and a comma too many are allowed. Fails with all problems at once, and never holds the
 * thread for long.
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
 * Checks points alone. Fails with all problems at once.
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
 * The JSON Schema of the file, for editors.
 *
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
