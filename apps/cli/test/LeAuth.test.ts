import type * as Command from "effect/cli/Command"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import * as LeAuth from "../src/LeAuth.ts"
import { worksFor } from "../src/target/TargetFlags.ts"
import { childrenOf, parameters } from "./Parameters.ts"

const commands = fileURLToPath(new URL("../src/commands", import.meta.url))

const foldersIn = (folder: string): ReadonlyArray<string> =>
  Fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

const foldersBelow = (folder: string): ReadonlyArray<string> =>
  foldersIn(folder)
    .map((name) => Path.join(folder, name))
    .flatMap((below) => [below, ...foldersBelow(below)])

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
      [...foldersIn(commands)]
    )
  })

  it("are each loaded by their name alone", async () => {
    for (const name of foldersIn(commands)) {
      assert.deepStrictEqual(
        childrenOf(await LeAuth.forArguments([name])).map((command) => command.name),
        [name]
      )
    }
  })
})

/** What users see of flags. */
const flags = async () => (await parameters()).filter(({ hidden, kind }) => kind === "flag" && !hidden)

describe("a flag", () => {
  it("takes one kind of value, and its short form stands for it alone, in all commands", async () => {
    const kinds = new Map<string, string>()
    const names = new Map<string, string>()
    const all = await flags()
    assert.isAbove(all.length, 60)
    for (const { aliases, command, metavar, name, type } of all) {
      const kind = `${type} ${metavar ?? ""}`
      assert.strictEqual(kinds.get(name) ?? kind, kind, `${command} --${name}`)
      kinds.set(name, kind)
      for (const alias of aliases) {
        assert.strictEqual(names.get(alias) ?? name, name, `${command} -${alias}`)
        names.set(alias, name)
      }
    }
  })

  it("named --profile is a saved application", async () => {
    const commands = (await flags()).flatMap(({ command, name }) => (name === "profile" ? [command] : []))
    assert.include(commands, "login")
    // A webhook is signed with the secret of one, and a probe asks as one; no other command of Sentinel has them.
    assert.deepStrictEqual(
      commands.filter((command) => command.startsWith("sentinel")),
      ["sentinel probe", "sentinel webhook"]
    )
  })
})

const descriptionsBelow = (
  parent: Command.Command.Any,
  path: string
): ReadonlyArray<readonly [command: string, description: string]> =>
  childrenOf(parent).flatMap((child) => {
    const name = `${path} ${child.name}`.trim()
    return [[name, child.description ?? ""] as const, ...descriptionsBelow(child, name)]
  })

describe("whose a command is", () => {
  /** What the help says, and what the table of docs/cli.md says of it. */
  const table: ReadonlyArray<readonly [inHelp: string, inTable: string]> = [
    [worksFor.user, "no"],
    [worksFor.both, "with `--app`"],
    [worksFor.each, "yes"]
  ]

  it("K1: is said in the help of each command that has a target, and in docs/cli.md", async () => {
    const all = await flags()
    const having = (flag: string) => new Set(all.flatMap(({ command, name }) => (name === flag ? [command] : [])))
    const withApp = having("app")
    const page = Fs.readFileSync(fileURLToPath(new URL("../../../docs/cli.md", import.meta.url)), "utf8")
    const descriptions = new Map(descriptionsBelow(await LeAuth.all(), ""))
    const withTarget = having("profile")
    assert.isAbove(withTarget.size, 8)
    for (const command of withTarget) {
      const said = table.find(([words]) => descriptions.get(command)?.endsWith(words))
      assert.isDefined(said, command)
      assert.strictEqual(said[0] === worksFor.both, withApp.has(command), command)
      const row = page.split("\n").find((line) => line.startsWith(`| \`${command}\` | yes | `))
      assert.isTrue(row?.startsWith(`| \`${command}\` | yes | ${said[1]}`), command)
    }
  })
})
