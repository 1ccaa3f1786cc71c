// The switches of a public module: what a program or a person may choose. This knows the forms below, and no others: an
// optional member of a type; an environment variable; a reference, which a program may replace; a layer; an export that
// says in its name that it does less.
import path from "node:path"

import { type Package, type PublicName, publicNames } from "./PublicSurface.ts"
import { type Node, parse, type SyntaxTree, walk } from "./SyntaxTree.ts"

/** A name that says that less is done. */
export const doesLess = /unsafe|unverified|memory|none|insecure|plain|skip|disable|ignore|trust/i

/** The switches of a public module, each once. What errors say is not a switch. */
export function switchesOf(from: Package, module: string): Array<string> {
  if (module.endsWith("Error")) return []
  const names = publicNames(from, module).filter((each) => !isError(each))
  return [
    ...new Set([
      ...names.filter(isSwitch).map(({ name }) => name),
      ...names.flatMap(({ node, tree }) => optionalMembers(node, tree)),
      ...variablesIn(parse(path.join(from.sources, `${module}.ts`)).program as Node)
    ])
  ].toSorted()
}

/** The optional members of a declaration's types, and of the types of the same file that it is made of. */
function optionalMembers(declaration: Node, { program }: SyntaxTree): Array<string> {
  const found: Array<string> = []
  const seen = new Set<Node>()
  const visit = (root: Node): void => {
    if (seen.has(root)) return
    seen.add(root)
    walk(root, (node) => {
      if (node.type === "BlockStatement") return false
      if (node.type === "TSPropertySignature" && node["optional"]) found.push(node["key"].name ?? node["key"].value)
      const name: unknown = node["typeName"]?.name ?? (node.type === "TSInterfaceHeritage" && node["expression"].name)
      for (const statement of program.body) {
        const declared: Node = (statement as Node)["declaration"] ?? statement
        const isType = declared.type === "TSInterfaceDeclaration" || declared.type === "TSTypeAliasDeclaration"
        if (isType && declared["id"].name === name) visit(declared)
      }
      return undefined
    })
  }
  visit(declaration)
  return found
}

/** The environment variables that a file names. */
function variablesIn(program: Node): Array<string> {
  const found: Array<string> = []
  walk(program, (node) => {
    const text: unknown = node.type === "Literal" ? node["value"] : node.type === "Property" && node["key"].name
    if (typeof text === "string" && /^(?:LE_AUTH|SENTINEL)_\w+$/.test(text)) found.push(text)
  })
  return found
}

const isError = ({ node, tree }: PublicName): boolean =>
  node.type === "ClassDeclaration" &&
  /\.TaggedError\b/.test(tree.text.slice(node["superClass"]?.start, node["superClass"]?.end))

const isSwitch = ({ kind, name, node }: PublicName): boolean => {
  if (kind === "interface" || kind === "type") return false
  const callee: Node | undefined = node["init"]?.callee
  const isReference = callee?.["object"]?.name === "Context" && callee["property"].name === "Reference"
  return isReference || name.startsWith("layer") || doesLess.test(name)
}
