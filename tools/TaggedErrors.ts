// The classes of errors in the sources, and which of them are only ever a `reason` of another one.
import fs from "node:fs"
import path from "node:path"

import { lineOf, type Node, parse, type SyntaxTree, walk } from "./SyntaxTree.ts"

/** A class of errors with a tag. */
export interface TaggedError {
  /** `packages/core/src/TokenError.ts:35 Timeout` */
  readonly place: string
  readonly file: string
  readonly name: string
  readonly tag: string
  /** The module of effect that it is made with. `Schema` errors can be encoded. */
  readonly madeWith: "Data" | "Schema"
  /** Whether another error has it as its `reason`, so that it is in no error channel by itself. */
  readonly isReason: boolean
}

/** All of the packages and apps. A class that extends another one of them has its tag, and is none of its own. */
export function taggedErrors(root: string): Array<TaggedError> {
  const trees = new Map(
    fs
      .globSync("{packages,apps}/*/src/**/*.{ts,tsx}", { cwd: root })
      .toSorted()
      .map((file) => [path.join(root, file), parse(path.join(root, file))])
  )
  const reasons = new Set([...trees.values()].flatMap((tree) => reasonsIn(tree, trees)))
  return [...trees.values()].flatMap((tree) =>
    classesOf(tree).flatMap((node) => {
      const found = taggedBy(node["superClass"])
      if (found === undefined) return []
      const name: string = node["id"].name
      const file = path.relative(root, tree.file).replaceAll(path.sep, "/")
      const place = `${file}:${lineOf(tree, node.start)} ${name}`
      return [{ place, file, name, ...found, isReason: reasons.has(`${tree.file} ${name}`) }]
    })
  )
}

const classesOf = ({ program }: SyntaxTree): Array<Node> => {
  const found: Array<Node> = []
  walk(program as Node, (node) => {
    if (node.type === "ClassDeclaration" && node["superClass"] !== null) found.push(node)
  })
  return found
}

/**
 * `Data.TaggedError("A")`, `Schema.TaggedError<A>()("A", ...)`, `Schema.Error<A>("id")({ _tag: ..."A" })`, also inside
 * of calls.
 */
function taggedBy(superClass: Node): Pick<TaggedError, "madeWith" | "tag"> | undefined {
  let found: Pick<TaggedError, "madeWith" | "tag"> | undefined
  walk(superClass, (node) => {
    if (found !== undefined || node.type !== "CallExpression") return
    const maker: Node = node["callee"].type === "CallExpression" ? node["callee"].callee : node["callee"]
    const member = maker.type === "MemberExpression" ? `${maker["object"].name}.${maker["property"].name}` : ""
    const [first]: ReadonlyArray<Node> = node["arguments"]
    if (member === "Data.TaggedError") found = { madeWith: "Data", tag: first?.["value"] }
    if (member === "Schema.TaggedError" && typeof first?.["value"] === "string") {
      found = { madeWith: "Schema", tag: first["value"] }
    }
    if (member === "Schema.Error" && first?.type === "ObjectExpression") {
      const tag: Node | undefined = first["properties"].find((each: Node) => each["key"]?.name === "_tag")
      const value: unknown = tag?.["value"].arguments?.[0]?.value
      if (typeof value === "string") found = { madeWith: "Schema", tag: value }
    }
  })
  return found
}

/** What a file calls the `reason` of an error, resolved to the classes: `file name`. */
function reasonsIn(tree: SyntaxTree, trees: ReadonlyMap<string, SyntaxTree>): Array<string> {
  const found: Array<string> = []
  for (const node of classesOf(tree)) {
    if (taggedBy(node["superClass"]) === undefined) continue
    walk(node, (each) => {
      if (each.type === "MethodDefinition") return false
      const isField = each.type === "Property" || each.type === "TSPropertySignature"
      if (!isField || (each["key"].name ?? each["key"].value) !== "reason") return undefined
      const value: Node | undefined = each["value"] ?? each["typeAnnotation"]?.typeAnnotation
      if (value !== undefined) found.push(...classesIn(value, tree, trees, new Set()))
      return undefined
    })
  }
  return found
}

/** The classes that a schema or a type consists of, by way of the unions that it names. */
function classesIn(
  node: Node,
  tree: SyntaxTree,
  trees: ReadonlyMap<string, SyntaxTree>,
  seen: Set<string>
): Array<string> {
  const found: Array<string> = []
  const follow = (name: string, file: SyntaxTree) => {
    const key = `${file.file} ${name}`
    if (seen.has(key)) return
    seen.add(key)
    for (const declared of declarationsOf(name, file)) {
      if (declared.type === "ClassDeclaration") found.push(key)
      else found.push(...classesIn(declared, file, trees, seen))
    }
    const imported = importOf(name, file)
    const target = imported && trees.get(imported.file)
    if (imported !== undefined && target !== undefined) follow(imported.name, target)
  }
  walk(node, (each) => {
    const object: Node | undefined = each.type === "MemberExpression" ? each["object"] : each["left"]
    const space = object?.type === "Identifier" ? importOf(object["name"], tree) : undefined
    if (space?.name === "*") {
      const target = trees.get(space.file)
      const member: Node = each["property"] ?? each["right"]
      if (target !== undefined) follow(member["name"], target)
      return false
    }
    if (each.type === "Identifier") follow(each["name"], tree)
    return undefined
  })
  return found
}

/** What a name stands for in a file: a class, the value of a variable, the type of an alias. */
const declarationsOf = (name: string, { program }: SyntaxTree): Array<Node> =>
  program.body.flatMap((statement): Array<Node> => {
    const node: Node = (statement as Node)["declaration"] ?? (statement as Node)
    if (node.type === "VariableDeclaration") {
      return node["declarations"].flatMap(({ id, init }: Node) => (id.name === name && init !== null ? [init] : []))
    }
    if (node["id"]?.name !== name) return []
    return node.type === "ClassDeclaration"
      ? [node]
      : node.type === "TSTypeAliasDeclaration"
        ? [node["typeAnnotation"]]
        : []
  })

/** Where a name of a file comes from, if it is another file's; `*` is all of that. */
function importOf(
  name: string,
  { file, program }: SyntaxTree
): { readonly file: string; readonly name: string } | undefined {
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration" || !statement.source.value.startsWith(".")) continue
    for (const each of statement.specifiers) {
      if (each.local.name !== name) continue
      const imported = each.type === "ImportSpecifier" ? (each as Node)["imported"].name : "*"
      return { file: path.resolve(path.dirname(file), statement.source.value), name: imported }
    }
  }
  return undefined
}
