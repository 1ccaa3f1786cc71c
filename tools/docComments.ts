// What the doc comments of public modules lack, one line each: `npx node tools/docComments.ts packages/core`, or more
// folders, or none for all packages of the working directory. A public module is one that index.ts lists, `plain` of
// browser, and `shared/*` of core. CONTRIBUTING.md has the rules.
import fs from "node:fs"
import path from "node:path"

import { parseSync } from "rolldown/utils"

/** What `@category` may be. */
export const categories = [
  "models",
  "schemas",
  "errors",
  "services",
  "layers",
  "constructors",
  "accessors",
  "combinators",
  "guards"
]

/** Modules beside those of index.ts, by the name of the package's folder. */
const besides: Record<string, ReadonlyArray<string>> = { browser: ["src/plain.ts"], core: ["src/shared/*.ts"] }

/** Packages whose layers and accessors have an example each. */
const withExamples = new Set(["browser", "core", "node", "testing", "web"])

export interface Problem {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly problem: string
}

/** The nodes of the syntax tree, as far as they are read here. */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  // The tree has a shape for each type; what is read is looked at first.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [member: string]: any
}

interface Comment {
  readonly text: string
  readonly start: number
  readonly end: number
}

interface Module {
  readonly file: string
  readonly source: string
  readonly body: ReadonlyArray<Node>
  readonly comments: ReadonlyArray<Comment>
}

interface Declaration {
  readonly module: Module
  readonly name: string
  readonly node: Node
  /** The doc comment before it, or before the export of it. */
  readonly comment: Comment | undefined
}

const modules = new Map<string, Module>()

const read = (file: string): Module => {
  const known = modules.get(file)
  if (known !== undefined) return known
  const source = fs.readFileSync(file, "utf8")
  const { comments, errors, program } = parseSync(file, source)
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
  const module = {
    file,
    source,
    body: program.body as unknown as ReadonlyArray<Node>,
    comments: comments
      .filter(({ type, value }) => type === "Block" && value.startsWith("*"))
      .map(({ end, start, value }) => ({ text: value.replaceAll(/^[ \t]*\*[ \t]?/gm, "").trim(), start, end }))
  }
  modules.set(file, module)
  return module
}

/** The doc comment that ends where a node begins. */
const commentBefore = ({ comments, source }: Module, start: number): Comment | undefined =>
  comments.findLast(({ end }) => end <= start && /^\s*(?:\/\/[^\n]*\n\s*)*$/.test(source.slice(end, start)))

const namesOf = (declaration: Node): ReadonlyArray<string> =>
  declaration.type === "VariableDeclaration"
    ? declaration["declarations"].map(({ id }: Node) => id.name ?? "")
    : [declaration["id"]?.name ?? ""]

const moduleAt = (from: string, specifier: string): Module | undefined =>
  specifier.startsWith(".") ? read(path.resolve(path.dirname(from), specifier)) : undefined

/** What is declared at the top of a module by this name, or imported into it. */
const find = (module: Module, name: string): ReadonlyArray<Declaration> =>
  module.body.flatMap((node): ReadonlyArray<Declaration> => {
    if (node.type === "ImportDeclaration") {
      const found = node["specifiers"].find(({ local }: Node) => local.name === name)
      const from = found === undefined ? undefined : moduleAt(module.file, node["source"].value)
      return from === undefined ? [] : find(from, found.imported?.name ?? name)
    }
    const declaration = node.type === "ExportNamedDeclaration" ? node["declaration"] : node
    if (declaration === null || (declaration.id === undefined && declaration.declarations === undefined)) return []
    return namesOf(declaration).includes(name)
      ? [{ module, name, node: declaration, comment: commentBefore(module, node.start) }]
      : []
  })

/** What a module exports, by name: a schema and the type of the same name are two declarations, an overload as well. */
export const exportsOf = (file: string): ReadonlyMap<string, ReadonlyArray<Declaration>> => {
  const module = read(file)
  const found = new Map<string, ReadonlyArray<Declaration>>()
  for (const node of module.body) {
    if (node.type !== "ExportNamedDeclaration") continue
    if (node["declaration"] !== null) {
      for (const name of namesOf(node["declaration"])) found.set(name, find(module, name))
      continue
    }
    const from = node["source"] === null ? module : moduleAt(file, node["source"].value)
    for (const specifier of node["specifiers"]) {
      const name: string = specifier.exported.name
      const own = commentBefore(module, specifier.start)
      const declared = from === undefined ? [] : find(from, specifier.local.name)
      found.set(
        name,
        own === undefined && declared.length > 0 ? declared : [{ module, name, node: specifier, comment: own }]
      )
    }
  }
  return found
}

/** The files of a package's public modules, those that index.ts lists first. */
export const publicModules = (folder: string): ReadonlyArray<string> => {
  const index = path.join(folder, "src/index.ts")
  const listed = read(index).body.flatMap((node) =>
    typeof node["source"]?.value === "string" ? [path.resolve(folder, "src", node["source"].value)] : []
  )
  const more = (besides[path.basename(folder)] ?? []).flatMap((pattern) =>
    fs.globSync(pattern, { cwd: folder }).map((file) => path.join(folder, file))
  )
  return [...listed, ...more.toSorted()]
}

/** The words of a comment, without tags, examples and links' addresses. */
const wordsOf = (text: string): string =>
  text
    .replaceAll(/```.*?```/gs, "")
    .split(/^@/m, 1)[0]!
    .replaceAll(/\{@link\s+([^}]*)\}/g, "$1")
    .trim()

const hasWords = (comment: Comment | undefined): boolean =>
  comment !== undefined && (wordsOf(comment.text).match(/[\p{L}\p{N}]+/gu)?.length ?? 0) >= 2

const lineOf = ({ source }: Module, at: number): number => source.slice(0, at).split("\n").length

const isLayer = (name: string): boolean => /^layer(?:[A-Z]|$)/.test(name)

/** The shape of `class X extends Context.Service<X, { ... }>()`, if it is written there. */
const membersOfService = ({ node }: Declaration): ReadonlyArray<Node> | undefined => {
  if (node.type !== "ClassDeclaration") return undefined
  let call = node["superClass"]
  while (call?.type === "CallExpression" && call.typeArguments === null) call = call.callee
  const { object, property } = call?.callee ?? {}
  if (object?.name !== "Context" || property?.name !== "Service") return undefined
  return call.typeArguments?.params[1]?.members ?? []
}

/** The category that follows from what it is, where that is certain. */
const categoryOf = (declaration: Declaration, isAccessor: boolean): string | undefined => {
  const { module, name, node } = declaration
  if (isLayer(name)) return "layers"
  if (isAccessor) return "accessors"
  if (membersOfService(declaration) !== undefined) return "services"
  if (node.type !== "ClassDeclaration" || node["superClass"] === null) return undefined
  const base = module.source.slice(node["superClass"].start, node["superClass"].end)
  return /^(?:Schema|Data)\.(?:Tagged)?Error/.test(base) ? "errors" : undefined
}

/** Of an RFC, number and section: in the address and in the text alike. */
const rfcLink =
  /^\{@link https:\/\/www\.rfc-editor\.org\/rfc\/rfc(\d+)#(section|appendix)-([\w.]+) RFC (\d+) (section|appendix) ([\w.]+)\}$/

/** What is wrong with a link to a standard, in any doc comment. */
const linkProblems = ({ text }: Comment): ReadonlyArray<string> => {
  const links = [...text.matchAll(/\{@link\s[^}]*\}/g)].map(([link]) => link)
  const wrong = links.filter((link) => {
    if (!/rfc-?editor|datatracker|\bRFC \d/i.test(link)) return false
    const found = rfcLink.exec(link)
    if (found === null) return true
    const [, number, kind, section, number2, kind2, section2] = found
    return number !== number2 || kind !== kind2 || section !== section2
  })
  const tags = [...text.matchAll(/^@see\s+([^@]*)/gm)].map(([, rest = ""]) =>
    rest.replaceAll(/\{@link\s[^}]*\}/g, "").trim()
  )
  const bare = tags.filter((rest) => /\bRFC \d/.test(rest))
  const example = "{@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}"
  return [
    ...wrong.map((link) => `a link to an RFC that is not as ${example}: ${link}`),
    ...bare.map((rest) => `@see names an RFC without a link as ${example}: ${rest.split("\n")[0]}`)
  ]
}

const unit =
  /\b(?:milliseconds?|ms|seconds?|s|minutes?|hours?|days?|weeks?|bytes?|[KM]i?B|characters?|times?|attempts?|requests?|sessions?|connections?|entries|rows|records)\b/i
const isMeasure =
  /(?:age|lifetime|timeout|interval|delay|duration|window|grace|limit|size|length|bytes|capacity|max\w*)$/i

/** What is wrong with the members of an interface of options, or of a service. */
const memberProblems = (
  { module, name }: Declaration,
  members: ReadonlyArray<Node>,
  isOptions: boolean
): ReadonlyArray<Problem> =>
  members.flatMap((member): ReadonlyArray<Problem> => {
    if (member.type !== "TSPropertySignature" && member.type !== "TSMethodSignature") return []
    const key: string = member["key"].name ?? member["key"].value
    const comment = commentBefore(module, member.start)
    const at = (problem: string) => [
      { file: module.file, line: lineOf(module, member.start), name: `${name}.${key}`, problem }
    ]
    if (!hasWords(comment)) return at("no words")
    if (!isOptions || unit.test(comment!.text)) return []
    const type = module.source.slice(member["typeAnnotation"]?.start ?? member.end, member.end)
    if (/\bDuration\.(?:Input|Duration)\b/.test(type) && member["optional"] === true) {
      return at('no default with its unit ("Default: 30 days.")')
    }
    return /\bnumber\b/.test(type) && isMeasure.test(key) ? at("no unit (seconds, bytes, characters, ...)") : []
  })

/** What the exports of one package lack. */
export const problems = (folder: string): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  const seen = new Set<string>()
  const packageName = path.basename(folder)
  for (const file of publicModules(folder)) {
    const module = read(file)
    const isShared = file.includes(`${path.sep}shared${path.sep}`)
    const all = exportsOf(file)
    const shapes = [...all.values()].flat().flatMap((declaration) => membersOfService(declaration) ?? [])
    const methods = new Set(shapes.map((member) => member["key"]?.name))
    const hasExample = new Set(
      [...all].filter(([, list]) => list.some(({ comment }) => comment?.text.includes("```"))).map(([name]) => name)
    )
    for (const [name, declarations] of all) {
      const { module: home, node } = declarations[0]!
      // What one module of a package exports from another is looked at once.
      if (seen.has(`${home.file} ${node.start}`)) continue
      seen.add(`${home.file} ${node.start}`)
      const line = lineOf(home, node.start)
      const add = (problem: string) => found.push({ file: home.file, line, name, problem })
      const comments = declarations.flatMap(({ comment }) => comment ?? [])
      const isAccessor =
        methods.has(name) && (node.type === "VariableDeclaration" || node.type === "FunctionDeclaration")

      if (!comments.some(hasWords)) add("no words")
      if (!isShared) {
        if (!comments.some(({ text }) => /^@since \d+\.\d+\.\d+$/m.test(text))) add("no @since")
        const named = comments.flatMap(({ text }) =>
          [...text.matchAll(/^@category[ \t]*(.*)$/gm)].map(([, rest = ""]) => rest.trim())
        )
        const expected = declarations.map((it) => categoryOf(it, isAccessor)).find((it) => it !== undefined)
        if (named.length === 0) add(`no @category${expected === undefined ? "" : ` (${expected})`}`)
        for (const category of named.filter((it) => !categories.includes(it))) add(`unknown @category ${category}`)
        if (new Set(named).size > 1 || comments.some(({ text }) => (text.match(/^@category/gm)?.length ?? 0) > 1)) {
          add(`more than one @category: ${named.join(", ")}`)
        } else if (expected !== undefined && named[0] !== undefined && named[0] !== expected) {
          add(`@category ${named[0]}, where it is one of ${expected}`)
        }
        // An example of a layer with its options is one of the layer, and the other way round.
        const twin = name.endsWith("With") ? name.slice(0, -4) : `${name}With`
        if (
          withExamples.has(packageName) &&
          (isAccessor || isLayer(name)) &&
          !hasExample.has(name) &&
          !(isLayer(name) && hasExample.has(twin))
        ) {
          add(`no example, as every ${isAccessor ? "accessor" : "layer"} has`)
        }
      }
      for (const declaration of declarations) {
        const service = membersOfService(declaration)
        if (service !== undefined) found.push(...memberProblems(declaration, service, false))
        if (declaration.node.type === "TSInterfaceDeclaration" && name.endsWith("Options")) {
          found.push(...memberProblems(declaration, declaration.node["body"].body, true))
        }
      }
    }
    for (const comment of module.comments) {
      const line = lineOf(module, comment.start)
      for (const problem of linkProblems(comment)) found.push({ file, line, name: "-", problem })
    }
  }
  return found
}

if (import.meta.main) {
  const given = process.argv.slice(2).filter((it) => it !== "--")
  const folders = given.length > 0 ? given : fs.globSync("packages/*").toSorted()
  const all = folders.flatMap((folder) => problems(path.resolve(folder)))
  for (const { file, line, name, problem } of all) {
    console.log(`${path.relative(process.cwd(), file)}:${line} ${name}: ${problem}`)
  }
  process.exitCode = all.length === 0 ? 0 : 1
}
