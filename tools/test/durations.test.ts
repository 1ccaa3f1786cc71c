import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { type Node, parse, walk } from "../SyntaxTree.ts"

const root = path.join(import.meta.dirname, "../..")

describe("durations that people write", () => {
  // Flags, files and settings take one language, that of core/shared/DurationText; effect's schema is another one.
  it("have one parser", () => {
    const others = fs.globSync("{packages,apps}/*/src/**/*.{ts,tsx}", { cwd: root }).filter((file) => {
      let isOther = false
      walk(parse(path.join(root, file)).program as Node, (node) => {
        isOther ||= node.type === "Identifier" && node["name"] === "DurationFromString"
      })
      return isOther
    })
    expect(others.toSorted()).toEqual([])
  })
})
