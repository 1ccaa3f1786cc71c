import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import * as LeAuth from "../src/LeAuth.ts"
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
    for (const command of commands) assert.notInclude(command, "sentinel")
  })
})
