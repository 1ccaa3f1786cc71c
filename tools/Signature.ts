// A declaration as its source writes it, without comments and without what functions do, so that it changes when the
// interface does.
import type { PublicName } from "./PublicSurface.ts"
import { childrenOf, type Node, type SyntaxTree } from "./SyntaxTree.ts"

/** A line, and below it one for each member: of an interface, a service, the fields of a schema. */
export interface Signature {
  readonly head: string
  readonly members: ReadonlyArray<string>
}

/** A stretch of the text that is replaced. */
interface Cut {
  readonly start: number
  readonly end: number
  readonly by: string
}

/** What follows the name of a declaration. */
export function signatureOf({ kind, node, tree }: PublicName): Signature {
  if (kind === "namespace") return { head: ` from ${node["source"].value}`, members: [] }
  if (kind === "class") return classSignature(tree, node)
  if (node.type !== "VariableDeclarator") return grouped(tree, node, node["id"].end, node["body"])
  const type: Node | undefined = node["id"].typeAnnotation
  if (type !== undefined && type !== null) return grouped(tree, type, type.start)
  const value: Node = node["init"]
  if (kind === "function") return { head: textOf(tree, value.start, value.end, cutsIn(value)), members: [] }
  const { head, members } = grouped(tree, value, value.start)
  return { head: ` = ${head}`, members }
}

/** The members of what it extends, such as the service or the fields of an error, and then its own. */
function classSignature(tree: SyntaxTree, node: Node): Signature {
  const from: number = node["id"].end
  const inherited = [node["superClass"], node["superTypeArguments"]].find((each) => each && groupIn(each))
  const group = inherited && groupIn(inherited)
  const own = (node["body"].body as ReadonlyArray<Node>).filter(
    ({ accessibility, key, override }) => !override && accessibility !== "private" && key?.type !== "PrivateIdentifier"
  )
  const cuts = group === undefined ? [] : [{ start: group.start, end: group.end, by: "{ … }" }]
  return {
    head: textOf(tree, from, node["body"].start, [...cuts, ...cutsIn(node)]),
    members: [...(group === undefined ? [] : membersOf(tree, group)), ...own.map((member) => memberText(tree, member))]
  }
}

/** The text from a position to the end of the node, with its first group of members set apart. */
function grouped(tree: SyntaxTree, node: Node, from: number, group = groupIn(node)): Signature {
  const isFunction = group?.type === "BlockStatement" || group?.type === "FunctionBody"
  if (group === undefined || group === null || isFunction) {
    return { head: textOf(tree, from, node.end, cutsIn(node)), members: [] }
  }
  const cut = { start: group.start, end: group.end, by: node.type === "TSInterfaceDeclaration" ? "" : "{ … }" }
  return { head: textOf(tree, from, node.end, [cut, ...cutsIn(node)]), members: membersOf(tree, group) }
}

/** The first group of members at or below a node; those in the bodies of functions do not count. */
function groupIn(node: Node): Node | undefined {
  const members: ReadonlyArray<Node> | undefined = node[groups[node.type] ?? ""]
  if (members !== undefined && members.length > 0) return node
  const inner = isCode(node) ? [] : childrenOf(node)
  for (const child of inner) {
    const found = groupIn(child)
    if (found !== undefined) return found
  }
  return undefined
}

const groups: Readonly<Record<string, string>> = {
  TSInterfaceBody: "body",
  TSTypeLiteral: "members",
  ObjectExpression: "properties"
}

const membersOf = (tree: SyntaxTree, group: Node): Array<string> =>
  (group[groups[group.type] ?? ""] as ReadonlyArray<Node>).map((member) => memberText(tree, member))

const memberText = (tree: SyntaxTree, member: Node): string => textOf(tree, member.start, member.end, cutsIn(member))

const isCode = ({ type }: Node): boolean =>
  /^(?:ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type)

/**
 * What functions do, and the arrow in front of it where the type of the result is written down; the breaks between
 * members.
 */
function cutsIn(node: Node): Array<Cut> {
  if (!isCode(node) || !node["body"]) {
    return [...(node.type === "TSTypeLiteral" ? breaksIn(node["members"]) : []), ...childrenOf(node).flatMap(cutsIn)]
  }
  const { body, params, returnType, typeParameters } = node as Node & { readonly params: ReadonlyArray<Node> }
  const outer = [...params, ...(typeParameters ? [typeParameters] : [])].flatMap(cutsIn)
  if (returnType) return [...outer, ...cutsIn(returnType), { start: returnType.end, end: body.end, by: "" }]
  // A function that gives another one.
  if (isCode(body)) return [...outer, ...cutsIn(body)]
  return [...outer, { start: body.start, end: body.end, by: "…" }]
}

/** A line break separates the members of a type, which does not survive on one line. */
const breaksIn = (members: ReadonlyArray<Node>): Array<Cut> =>
  members.slice(1).map(({ start }, index) => ({ start: members[index]?.end ?? start, end: start, by: "; " }))

/** A stretch of the text on one line, however the source breaks it. */
function textOf({ comments, text }: SyntaxTree, from: number, to: number, cuts: ReadonlyArray<Cut>): string {
  const gone = [...comments.map(({ end, start }) => ({ start, end, by: "" })), ...cuts]
    .filter(({ end, start }) => start >= from && end <= to)
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  let result = ""
  let at = from
  for (const { by, end, start } of gone) {
    if (start < at) continue
    result += text.slice(at, start) + by
    at = end
  }
  return onOneLine(result + text.slice(at, to))
}

const onOneLine = (text: string): string =>
  text
    .replace(/([([<])\s*\n\s*(?:\| )?/g, "$1")
    .replace(/\s*\n\s*([)\]>])/g, "$1")
    .replace(/\s*\n\s*\./g, ".")
    .replace(/;; /g, "; ")
    .replace(/([=:,])\s*\n\s*\| /g, "$1 ")
    .replace(/\s+/g, " ")
    .trimEnd()
