// What the packages of this repository publish: which modules, and which names each of them exports.
import fs from "node:fs"
import path from "node:path"

import { type Comment, lineOf, type Node, parse, type Statement, type SyntaxTree } from "./SyntaxTree.ts"

/** A package of `packages/`. */
export interface Package {
  /** `@le-auth/core` */
  readonly name: string
  /** The name of its folder: `core` */
  readonly folder: string
  readonly sources: string
  readonly exports: Readonly<Record<string, unknown>>
}

/**
 * Modules that can be imported and are deliberately not in `index.ts`: entries with names of their own; what the
 * packages share, which only they may import; and what needs vitest, an optional peer.
 */
export const unlisted: Readonly<Record<string, RegExp>> = {
  browser: /^plain$/,
  core: /^shared\//,
  emulator: /^(?:cypress|jest|node-test|playwright|vitest)$/,
  page: /^shared$/,
  server: /^check$/,
  testing: /^\w+Suite$/
}

/** Whether a module is for the other packages alone. */
export const isShared = (module: string): boolean => /^shared(?:\/|$)/.test(module)

/** The packages of the workspace. */
export const packages = (root: string): Array<Package> =>
  fs
    .globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .map((file) => {
      const { exports, name } = JSON.parse(fs.readFileSync(path.join(root, file), "utf8"))
      const folder = path.join(root, path.dirname(file))
      return { name, folder: path.basename(folder), sources: path.join(folder, "src"), exports: exports ?? {} }
    })

/** The modules that `exports` lets others import, by their paths in the package: `SignIn`, `shared/Utf8`. */
export const admitted = ({ exports, sources }: Package): Array<string> =>
  fs
    .globSync("**/*.ts", { cwd: sources })
    .map((file) => file.replaceAll(path.sep, "/").replace(/\.ts$/, ""))
    .filter((module) => resolve(exports, `./${module}`) === `./src/${module}.ts`)
    .toSorted()

/**
 * The file that an import of a path of the package gets, of the sources: an entry of its own first, then the pattern
 * with the longest beginning.
 *
 * @see https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_EXPORTS_RESOLVE
 */
export function resolve(exports: Package["exports"], subpath: string): string | undefined {
  const sourceOf = (key: string): unknown => {
    const target = exports[key] as { readonly "@le-auth/source"?: unknown } | string | null
    return typeof target === "object" ? target?.["@le-auth/source"] : target
  }
  if (subpath in exports && !subpath.includes("*")) return (sourceOf(subpath) as string | undefined) ?? undefined
  const fits = (key: string): boolean => {
    const [before = "", after = ""] = key.split("*")
    return subpath.startsWith(before) && subpath.endsWith(after) && subpath.length > before.length + after.length
  }
  const key = Object.keys(exports)
    .filter((key) => key.includes("*") && fits(key))
    .toSorted((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length)[0]
  if (key === undefined) return undefined
  const target = sourceOf(key)
  const [before = "", after = ""] = key.split("*")
  return typeof target === "string"
    ? target.replaceAll("*", subpath.slice(before.length, subpath.length - after.length))
    : undefined
}

/** The modules that `index.ts` lists, each under its own name. */
export const listed = ({ sources }: Package): Array<string> =>
  parse(path.join(sources, "index.ts"))
    .program.body.flatMap((statement) => {
      if (statement.type !== "ExportAllDeclaration" || statement.exported === null) return []
      return [statement.source.value.replace(/^\.\//, "").replace(/\.ts$/, "")]
    })
    .toSorted()

/**
 * What people may import: the modules of `index.ts`, or `index` itself where it is flat, and other entries. What the
 * packages share is not public.
 */
export const publicModules = (from: Package): Array<string> =>
  [
    ...listed(from),
    ...(isFlat(from) ? ["index"] : []),
    ...admitted(from).filter((module) => unlisted[from.folder]?.test(module) && !isShared(module))
  ].toSorted()

/** Whether `index.ts` has names and not modules, as for people who have never heard of Effect. */
const isFlat = ({ sources }: Package): boolean =>
  parse(path.join(sources, "index.ts")).program.body.some(
    ({ exported, type }: Node) => type !== "ExportAllDeclaration" || exported === null
  )

export type Kind = "class" | "constant" | "function" | "interface" | "namespace" | "type"

/** A name that a module exports. A schema and the type of the same name are two. */
export interface PublicName {
  readonly name: string
  readonly kind: Kind
  /** Where it is declared, which is another file if the module passes it on. */
  readonly tree: SyntaxTree
  readonly line: number
  /** The doc comment in front of the declaration, with its delimiters. */
  readonly comment: string | undefined
  /** The declaration: a variable's declarator, else the declaration itself. */
  readonly node: Node
  /** Whether the module passes on what another file declares. */
  readonly isPassedOn: boolean
}

/** The names that a module of a package exports, in the order of the text. */
export const publicNames = (from: Package, module: string): Array<PublicName> =>
  namesOf(path.join(from.sources, `${module}.ts`))

/** The names that a file exports, in the order of the text. */
export function namesOf(file: string): Array<PublicName> {
  const tree = parse(file)
  return tree.program.body.flatMap((statement): Array<PublicName> => {
    if (statement.type === "ExportNamedDeclaration" && statement.declaration !== null) {
      return declarationsOf(tree, statement, statement.declaration as Node)
    }
    if (statement.type === "ExportNamedDeclaration") {
      // A comment in front of the one name that a statement passes on is that name's.
      const own = statement.specifiers.length === 1 ? docComment(tree, statement as Node)?.text : undefined
      return statement.specifiers.flatMap(({ exported, local }) =>
        passedOn(tree, statement.source?.value, nameOf(local), nameOf(exported)).map((each) => ({
          ...each,
          comment: own ?? each.comment
        }))
      )
    }
    if (statement.type !== "ExportAllDeclaration") return []
    // What another package publishes is in its own report.
    if (!statement.source.value.startsWith(".")) return []
    if (statement.exported === null) {
      return namesOf(besides(tree, statement.source.value)).map((each) => ({ ...each, isPassedOn: true }))
    }
    const node = statement as Node
    return [{ ...placeOf(tree, node), name: nameOf(statement.exported), kind: "namespace", node, isPassedOn: false }]
  })
}

/** What `export { local as exported }` passes on, from the file itself, from `source` or from what the file imports. */
function passedOn(tree: SyntaxTree, source: string | undefined, local: string, exported: string): Array<PublicName> {
  const renamed = (each: PublicName) => ({ ...each, name: exported, isPassedOn: true })
  if (source !== undefined) {
    return source.startsWith(".")
      ? namesOf(besides(tree, source))
          .filter((each) => each.name === local)
          .map(renamed)
      : []
  }
  const own = tree.program.body.flatMap((statement) => declarationsOf(tree, statement, statement as Node))
  const found = own.filter((each) => each.name === local)
  if (found.length > 0) return found.map((each) => ({ ...each, name: exported }))
  return tree.program.body.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration") return []
    return statement.specifiers.flatMap((each) =>
      each.type === "ImportSpecifier" && each.local.name === local
        ? passedOn(tree, statement.source.value, nameOf(each.imported), exported)
        : []
    )
  })
}

const kinds: Readonly<Record<string, Kind>> = {
  ClassDeclaration: "class",
  FunctionDeclaration: "function",
  TSDeclareFunction: "function",
  TSInterfaceDeclaration: "interface",
  TSTypeAliasDeclaration: "type"
}

function declarationsOf(tree: SyntaxTree, statement: Statement, declaration: Node): Array<PublicName> {
  const place = placeOf(tree, statement as Node)
  if (declaration.type === "VariableDeclaration") {
    return (declaration["declarations"] as ReadonlyArray<Node>).flatMap((node) =>
      boundNames(node["id"]).map((name) => ({
        ...place,
        name,
        kind: isFunction(node) ? ("function" as const) : ("constant" as const),
        node,
        isPassedOn: false
      }))
    )
  }
  const kind = kinds[declaration.type]
  return kind === undefined
    ? []
    : [{ ...place, name: declaration["id"].name, kind, node: declaration, isPassedOn: false }]
}

/** The names of a pattern: `a`, `{ a, b: c }`, `[a]`. */
function boundNames(pattern: Node): Array<string> {
  const names: Array<string> = []
  const visit = (node: Node | null): void => {
    if (node === null) return
    if (node.type === "Identifier") names.push(node["name"])
    else if (node.type === "ObjectPattern") for (const each of node["properties"]) visit(each.value ?? each.argument)
    else if (node.type === "ArrayPattern") for (const each of node["elements"]) visit(each)
    else if (node.type === "AssignmentPattern") visit(node["left"])
    else if (node.type === "RestElement") visit(node["argument"])
  }
  visit(pattern)
  return names
}

/** Whether a variable is a function by its type, or else by its value. */
const isFunction = ({ id, init }: Node): boolean => {
  const type: Node | undefined = id.typeAnnotation?.typeAnnotation
  return type === undefined
    ? init?.type === "ArrowFunctionExpression" || init?.type === "FunctionExpression"
    : type.type === "TSFunctionType"
}

const placeOf = (tree: SyntaxTree, node: Node) => ({
  tree,
  line: lineOf(tree, node.start),
  comment: docComment(tree, node)?.text
})

/**
 * The comment that belongs to a statement: the last one in front of it, if it is a doc comment and nothing is between.
 */
export function docComment({ comments, text }: SyntaxTree, node: Node): Comment | undefined {
  const last = comments.findLast(({ end }) => end <= node.start)
  const belongs = last?.text.startsWith("/**") && text.slice(last.end, node.start).trim() === ""
  return belongs ? last : undefined
}

const nameOf = (node: { readonly name: string } | { readonly value: string }): string =>
  "name" in node ? node.name : node.value

const besides = ({ file }: SyntaxTree, specifier: string): string => path.resolve(path.dirname(file), specifier)
