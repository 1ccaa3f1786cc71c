import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { type Node, parse, walk } from "../SyntaxTree.ts"

const sources = path.join(import.meta.dirname, "../../apps/cli/src")
const folders = fs
  .readdirSync(path.join(sources, "commands"), { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name)

describe("the command le-auth", () => {
  it("has one folder for each command, with its flags and help in command.ts", () => {
    expect(folders.length).toBeGreaterThan(0)
    expect(folders.filter((name) => !fs.existsSync(path.join(sources, "commands", name, "command.ts")))).toEqual([])
  })

  it("lists each of them in LeAuth.ts, by the folder's name, and no other", () => {
    const listed: Array<[name: string, module: string]> = []
    walk(parse(path.join(sources, "LeAuth.ts")).program as Node, (node) => {
      if (node.type !== "Property") return
      walk(node["value"], (inner) => {
        if (inner.type === "ImportExpression")
          listed.push([node["key"].name ?? node["key"].value, inner["source"].value])
      })
    })
    expect(listed.toSorted()).toEqual(folders.toSorted().map((name) => [name, `./commands/${name}/command.ts`]))
  })
})
