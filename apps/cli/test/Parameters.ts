/** The flags and arguments of all commands, as effect/cli has them. */
import type * as NodeServices from "@effect/platform-node/NodeServices"
import type * as CliError from "effect/cli/CliError"
import type * as Command from "effect/cli/Command"
import type * as Effect from "effect/Effect"
import * as LeAuth from "../src/LeAuth.ts"

export const childrenOf = (command: Command.Command.Any): ReadonlyArray<Command.Command.Any> =>
  command.subcommands.flatMap(({ commands }) => commands)

/** A parameter is wrapped by what is done to its value. */
interface Wrapped {
  readonly param?: Wrapped
  readonly kind: "argument" | "flag"
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly primitiveType: { readonly _tag: string }
  readonly typeName: string | undefined
  readonly hidden: boolean
  readonly parse: (given: {
    readonly flags: Readonly<Record<string, ReadonlyArray<string>>>
    readonly arguments: ReadonlyArray<string>
  }) => Effect.Effect<readonly [unknown, unknown], CliError.CliError, NodeServices.NodeServices>
}

const innermost = (parameter: Wrapped): Wrapped =>
  parameter.param === undefined ? parameter : innermost(parameter.param)

const parametersOf = (command: Command.Command.Any, path: string) => {
  const { config } = command as unknown as {
    readonly config: { readonly flags: ReadonlyArray<Wrapped>; readonly arguments: ReadonlyArray<Wrapped> }
  }
  return [...config.flags, ...config.arguments].map((whole) => {
    const { aliases, hidden, kind, name, primitiveType, typeName } = innermost(whole)
    const read = (text: string) =>
      whole.parse(kind === "flag" ? { flags: { [name]: [text] }, arguments: [] } : { flags: {}, arguments: [text] })
    return { command: path, kind, name, aliases, hidden, type: primitiveType._tag, metavar: typeName, read }
  })
}

type Parameter = ReturnType<typeof parametersOf>[number]

const parametersBelow = (command: Command.Command.Any, path: string): ReadonlyArray<Parameter> => [
  ...parametersOf(command, path),
  ...childrenOf(command).flatMap((child) => parametersBelow(child, `${path} ${child.name}`.trim()))
]

/** Of all commands. */
export const parameters = async (): Promise<ReadonlyArray<Parameter>> => parametersBelow(await LeAuth.all(), "")
