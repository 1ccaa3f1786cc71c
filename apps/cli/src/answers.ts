/**
 * Writes down what can be answered without loading the command. It runs when the bundle is made; see `bin/le-auth.mjs`.
 *
 * Each text is what the command itself says, with colours, by the arguments that ask for it.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LeAuth from "./LeAuth.ts"
import * as Output from "./terminal/Output.ts"
import { version } from "./Version.ts"

const pathsBelow = (parent: Command.Command.Any, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => [
  path,
  ...parent.subcommands.flatMap(({ commands }) => commands.flatMap((child) => pathsBelow(child, [...path, child.name])))
]

const command = await LeAuth.all()

const questions = [
  ["--version"],
  ...pathsBelow(command, []).map((path) => [...path, "--help"]),
  ...["bash", "zsh", "fish"].map((shell) => ["completion", shell])
]

const ask = Command.runWith(command, { version })

const answer = Effect.fnUntraced(function* (question: ReadonlyArray<string>) {
  let text = ""
  const keep = (bytes: string | Uint8Array) => Effect.sync(() => void (text += String(bytes)))
  yield* Effect.provideService(ask(question), Output.Stdout, keep)
  return [question.join(" "), text.replace(/\n$/, "")] as const
})

const colored = Layer.succeed(TerminalCapabilities.TerminalCapabilities, {
  canColor: true,
  canAnimate: false,
  canPrompt: false
})

Effect.forEach(questions, answer).pipe(
  Effect.tap((answers) => Console.log(JSON.stringify(Object.fromEntries(answers)))),
  Effect.provide(Layer.provideMerge(Output.layer, Layer.merge(colored, NodeServices.layer))),
  Effect.runPromise
)
