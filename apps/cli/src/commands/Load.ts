/**
 * Loads the work of a command when it is called: the work of all commands takes as long to load as Node to start.
 */
import * as Effect from "effect/Effect"

/** The handler of a command, from the module that has it as `run`. */
export const run =
  <Options, A, E, R>(load: () => Promise<{ readonly run: (options: Options) => Effect.Effect<A, E, R> }>) =>
  (options: Options): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.promise(load), (module) => module.run(options))
