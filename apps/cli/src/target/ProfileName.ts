/**
 * The names of profiles.
 */
import * as Schema from "effect/Schema"

export const ProfileName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    expected: "a name of up to 64 letters, digits, dots, dashes and underscores"
  })
)
