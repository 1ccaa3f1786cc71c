/**
 * The configuration file as editors and the command see it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Problems from "../internal/problems.ts"
import * as SentinelConfig from "../SentinelConfig.ts"
import * as SentinelProfile from "../SentinelProfile.ts"

/**
 * The configuration, and where its JSON Schema is.
 *
 * @since 0.1.0
 */
export const SentinelFile = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String),
  ...SentinelConfig.SentinelConfig.fields
})

/**
 * Checks a value that is already JSON. Fails with all problems at once.
 *
 * @since 0.1.0
 */
export const fromUnknown = (
  value: unknown
): Effect.Effect<SentinelConfig.SentinelConfig, SentinelConfig.InvalidSentinelConfig> => {
  if (!Predicate.hasProperty(value, "$schema")) return SentinelConfig.fromUnknown(value)
  const { $schema: _, ...config } = value
  return SentinelConfig.fromUnknown(config)
}

const decodeProfile = Problems.decoder(Schema.Struct({ profile: SentinelProfile.Changes }))

/**
 * Checks changes to the profile alone. Fails with all problems at once.
 *
 * @since 0.1.0
 */
export const profileFromUnknown = (
  profile: unknown
): Effect.Effect<SentinelProfile.Changes, SentinelConfig.InvalidSentinelConfig> =>
  Result.match(decodeProfile({ profile }), {
    onSuccess: (decoded) => Effect.succeed(decoded.profile),
    onFailure: (problems) => Effect.fail(new SentinelConfig.InvalidSentinelConfig({ problems }))
  })

/**
 * The JSON Schema of the file, for editors.
 *
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
