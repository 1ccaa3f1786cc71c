import type * as Command from "effect/cli/Command"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import * as LeAuth from "../src/LeAuth.ts"

const commands = fileURLToPath(new URL("../src/commands", import.meta.url))

const foldersIn = (folder: string): ReadonlyArray<string> =>
  Fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

const foldersBelow = (folder: string): ReadonlyArray<string> =>
  foldersIn(folder)
    .map((name) => Path.join(folder, name))
    .flatMap((below) => [below, ...foldersBelow(below)])

const childrenOf = (command: Command.Command.Any): ReadonlyArray<Command.Command.Any> =>
  command.subcommands.flatMap(({ commands }) => commands)

describe("the folders of commands", () => {
  it("each have a command.ts, and a run.ts unless they only hold other commands", () => {
    const folders = foldersBelow(commands)
    assert.isAbove(folders.length, 15)
    for (const folder of folders) {
      const files = Fs.readdirSync(folder)
      assert.include(files, "command.ts", folder)
      if (foldersIn(folder).length === 0) assert.include(files, "run.ts", folder)
    }
  })

  it("are the commands that there are, and no others", async () => {
    const root = await LeAuth.all()
    assert.sameMembers(
      childrenOf(root).map(({ name }) => name),
      foldersIn(commands)
    )
  })
})

interface Flag {
  readonly command: string
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  /** What kind of value it takes. */
  readonly kind: string
}

/** As effect/cli has it: a flag is wrapped by what is done to its value. */
interface Parameter {
  readonly _tag: string
  readonly param?: Parameter
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly primitiveType: { readonly _tag: string }
  readonly typeName: string | undefined
  readonly hidden: boolean
}

const innermost = (parameter: Parameter): Parameter =>
  parameter.param === undefined ? parameter : innermost(parameter.param)

const flagsOf = (command: Command.Command.Any, path: string): ReadonlyArray<Flag> => {
  const { config } = command as unknown as { readonly config: { readonly flags: ReadonlyArray<Parameter> } }
  const own = config.flags
    .map(innermost)
    .filter(({ hidden }) => !hidden)
    .map(({ aliases, name, primitiveType, typeName }) => ({
      command: path,
      name,
      aliases,
      kind: `${primitiveType._tag} ${typeName ?? ""}`
    }))
  return [...own, ...childrenOf(command).flatMap((child) => flagsOf(child, `${path} ${child.name}`))]
}

describe("a flag", () => {
  it("takes one kind of value, and its short form stands for it alone, in all commands", async () => {
    const flags = flagsOf(await LeAuth.all(), "le-auth")
    assert.isAbove(flags.length, 60)
    const kinds = new Map<string, string>()
    const names = new Map<string, string>()
    for (const { aliases, command, kind, name } of flags) {
      assert.strictEqual(kinds.get(name) ?? kind, kind, `${command} --${name}`)
      kinds.set(name, kind)
      for (const alias of aliases) {
        assert.strictEqual(names.get(alias) ?? name, name, `${command} -${alias}`)
        names.set(alias, name)
      }
    }
  })

  it("named --profile is a saved application", async () => {
    const flags = flagsOf(await LeAuth.all(), "le-auth").filter(({ name }) => name === "profile")
    assert.isAbove(flags.length, 5)
    for (const { command } of flags) assert.notInclude(command, "sentinel")
  })
})
