import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { type Node, parse, walk } from "../SyntaxTree.ts"

const root = path.join(import.meta.dirname, "../..")
const trees = fs
  .globSync("packages/*/src/**/*.{ts,tsx}", { cwd: root })
  .toSorted()
  .map((file) => [file.replaceAll(path.sep, "/"), parse(path.join(root, file))] as const)

/** The files with a node that fits. */
const filesWith = (fits: (node: Node) => boolean): Array<string> =>
  trees.flatMap(([file, tree]) => {
    let isFound = false
    walk(tree.program as Node, (node) => {
      isFound ||= fits(node)
    })
    return isFound ? [file] : []
  })

/** The text of a string or of a part of a template. */
const textOf = (node: Node): string =>
  node.type === "Literal" ? String(node["value"]) : node.type === "TemplateElement" ? node["value"].raw : ""

describe("what packages share is written once", () => {
  it("text as bytes, in core/shared/Utf8", () => {
    const isEncoder = ({ callee, type }: Node) =>
      type === "NewExpression" && (callee.name ?? callee.property?.name) === "TextEncoder"
    expect(filesWith(isEncoder)).toEqual(["packages/core/src/shared/Utf8.ts"])
  })

  it("base64url, in core/shared/Base64Url", () => {
    const isOther = (node: Node) =>
      node.type === "ImportDeclaration" && node["source"].value.startsWith("effect/encoding/Base64Url")
    expect(filesWith(isOther)).toEqual([])
  })

  it("hashes of styles and scripts, in core/shared/PagePolicy", () => {
    expect(filesWith((node) => textOf(node).includes("sha256-"))).toEqual(["packages/core/src/shared/PagePolicy.ts"])
  })

  it("the header that no cache keeps an answer, in core/shared/PagePolicy", () => {
    const isHeader = ({ key, type, value }: Node) =>
      type === "Property" && (key.name ?? key.value) === "cache-control" && /no-store/.test(textOf(value))
    expect(filesWith(isHeader)).toEqual(["packages/core/src/shared/PagePolicy.ts"])
  })
})
