/**
 * The token of the control of a Sentinel, for the command that runs it and for those that ask it.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** `SENTINEL_CONTROL_TOKEN`. An empty one, as Compose makes of a variable that is not set, is none. */
export const controlToken: Effect.Effect<Option.Option<Redacted.Redacted<string>>> = Effect.option(
  Config.Redacted("SENTINEL_CONTROL_TOKEN")
).pipe(Effect.map(Option.filter((token) => Redacted.value(token) !== "")))
