/**
 * Loads a command, and its work, when it is called: all commands take as long to load as Node to start.
 */
import * as Effect from "effect/Effect"

/** The handler of a command, from the module that has it as `run`. */
export const run =
  <Options, A, E, R>(load: () => Promise<{ readonly run: (options: Options) => Effect.Effect<A, E, R> }>) =>
  (options: Options): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.promise(load), (module) => module.run(options))

/** As many commands as the arguments need: if they begin with the name of one, that one, else all. */
export const commands = async <All extends object>(
  loads: { readonly [Name in keyof All]: (rest: ReadonlyArray<string>) => Promise<All[Name]> },
  [name = "", ...rest]: ReadonlyArray<string>
): Promise<ReadonlyArray<All[keyof All]>> =>
  Object.hasOwn(loads, name)
    ? [await loads[name as keyof All](rest)]
    : Promise.all((Object.keys(loads) as Array<keyof All>).map((known) => loads[known]([])))
