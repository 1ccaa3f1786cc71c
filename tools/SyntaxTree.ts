// Sources as syntax trees. TypeScript 7 has no interface for programs, so this reads them with the parser of the
// bundler, which keeps comments beside the tree.
import fs from "node:fs"

import { parseSync } from "rolldown/utils"

/** A parsed file. */
export interface SyntaxTree {
  readonly file: string
  readonly text: string
  readonly program: Program
  /** In the order of the text, with their delimiters. */
  readonly comments: ReadonlyArray<Comment>
}

/** The statements have precise types; what is below them is a `Node`. */
export type Program = ReturnType<typeof parseSync>["program"]

export type Statement = Program["body"][number]

/** A node of ESTree and its TypeScript extension. The members depend on `type`. */
export type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, any>

/** A comment, with its delimiters in `text`. */
export interface Comment {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Parses the file, and throws if its syntax is wrong. */
export function parse(file: string, text = fs.readFileSync(file, "utf8")): SyntaxTree {
  const { comments, errors, program } = parseSync(file, text)
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
  return {
    file,
    text,
    program,
    comments: comments.map(({ end, start }) => ({ text: text.slice(start, end), start, end }))
  }
}

/** Calls `visit` with the node and each one below it; where it answers `false`, what is below is not visited. */
export function walk(node: Node, visit: (node: Node) => false | void): void {
  if (visit(node) === false) return
  for (const child of childrenOf(node)) walk(child, visit)
}

/** The nodes directly below one. */
export function childrenOf(node: Node): Array<Node> {
  const children: Array<Node> = []
  for (const name in node) {
    const value = node[name]
    if (value === null || typeof value !== "object") continue
    if (!Array.isArray(value)) {
      if (typeof value.type === "string") children.push(value)
      continue
    }
    for (const each of value) if (typeof each?.type === "string") children.push(each)
  }
  return children
}

/** The line of a position, from 1. */
export const lineOf = ({ text }: SyntaxTree, position: number): number => text.slice(0, position).split("\n").length

/** Where a file names another module. */
export interface Import {
  readonly specifier: string
  /** Whether the module is loaded with the file: an import of types is gone at run time, and `import()` loads later. */
  readonly isLoaded: boolean
}

/** Each place where the file names a module: `import`, `export from`, `import()`, types by `import("...")`. */
export function importsOf({ program }: SyntaxTree): Array<Import> {
  const found: Array<Import> = []
  walk(program as Node, (node) => {
    const specifier: unknown = node["source"]?.value
    if (typeof specifier === "string") found.push({ specifier, isLoaded: isLoaded(node) })
  })
  return found
}

/** With `verbatimModuleSyntax` the module of an import without `type` is loaded, also where all its names are types. */
const isLoaded = (node: Node): boolean =>
  node.type !== "TSImportType" &&
  node.type !== "ImportExpression" &&
  node["importKind"] !== "type" &&
  node["exportKind"] !== "type"
