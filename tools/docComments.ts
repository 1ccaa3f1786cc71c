// What the doc comments of public modules lack, one line each: `npx node tools/docComments.ts packages/core`, or more
// folders, or none for all packages of the working directory. What the packages share needs words and no tags.
// CONTRIBUTING.md has the rules.
import path from "node:path"

import {
  admitted,
  docComment,
  isShared,
  type Package,
  packages,
  publicModules,
  type PublicName,
  publicNames
} from "./PublicSurface.ts"
import { lineOf, type Node, parse } from "./SyntaxTree.ts"

/** What `@category` may be. */
export const categories: ReadonlyArray<string> = [
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

/** Packages whose layers and accessors have an example each. */
const withExamples = new Set(["browser", "core", "node", "page", "testing", "web"])

export interface Problem {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly problem: string
}

/** The text of a doc comment, without its marks. */
const textOf = (comment: string | undefined): string =>
  (comment ?? "")
    .replaceAll(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^[ \t]*\*?[ \t]?/gm, "")
    .trim()

/** Whether there is something beside tags and examples. */
const hasWords = (text: string): boolean => {
  const words = text.replaceAll(/```.*?```/gs, "").split(/^@/m, 1)[0]!
  return (words.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) >= 2
}

const isLayer = (name: string): boolean => /^layer(?:[A-Z]|$)/.test(name)

/** The methods of `class X extends Context.Service<X, { ... }>()`, as far as they are written there. */
const serviceOf = ({ node }: PublicName): ReadonlyArray<Node> | undefined => {
  let call: Node | null | undefined = node["superClass"]
  while (call?.type === "CallExpression" && call["typeArguments"] === null) call = call["callee"]
  const { object, property } = call?.["callee"] ?? {}
  return object?.name === "Context" && property?.name === "Service"
    ? (call?.["typeArguments"]?.params[1]?.members ?? [])
    : undefined
}

/** The category that follows from what it is, where that is certain. */
const categoryOf = (each: PublicName, isAccessor: boolean): string | undefined => {
  if (isLayer(each.name)) return "layers"
  if (isAccessor) return "accessors"
  if (serviceOf(each) !== undefined) return "services"
  const base: Node | null | undefined = each.kind === "class" ? each.node["superClass"] : undefined
  if (!base) return undefined
  return /^(?:Schema|Data)\.(?:Tagged)?Error/.test(each.tree.text.slice(base.start, base.end)) ? "errors" : undefined
}

const link = "{@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}"
const rfcLink =
  /^\{@link https:\/\/www\.rfc-editor\.org\/rfc\/rfc(?<a>\d+)#(?<b>section|appendix)-(?<c>[\w.]+) RFC \k<a> \k<b> \k<c>\}$/

/** What is wrong with the links to standards in a comment: number and section are the same in address and text. */
const linkProblems = (text: string): ReadonlyArray<string> => {
  const links = [...text.matchAll(/\{@link\s[^}]*\}/g)].map(([it]) => it)
  const wrong = links.filter((it) => /rfc-?editor|datatracker|\bRFC \d/i.test(it) && !rfcLink.test(it))
  const sources = [...text.matchAll(/^@see\s+([^@]*(?:\{@link[^}]*\}[^@]*)*)/gm)].map(([, it = ""]) =>
    it.replaceAll(/\{@link\s[^}]*\}/g, "").trim()
  )
  return [
    ...wrong.map((it) => `a link to an RFC that is not as ${link}: ${it}`),
    ...sources
      .filter((it) => /\bRFC \d/.test(it))
      .map((it) => `@see names an RFC without a link as ${link}: ${it.split("\n")[0]}`)
  ]
}

const unit =
  /\b(?:milliseconds?|ms|seconds?|s|minutes?|hours?|days?|weeks?|bytes?|[KM]i?B|characters?|times?|attempts?|requests?|sessions?|connections?|entries|rows|records)\b/i
const isMeasure =
  /(?:age|lifetime|timeout|interval|delay|duration|window|grace|limit|size|length|bytes|capacity|max\w*)$/i

/** What the members of a service lack, or of an interface of options. */
const memberProblems = (
  { name, tree }: PublicName,
  members: ReadonlyArray<Node>,
  isOptions: boolean
): ReadonlyArray<Problem> =>
  members.flatMap((member): ReadonlyArray<Problem> => {
    if (member.type !== "TSPropertySignature" && member.type !== "TSMethodSignature") return []
    const key: string = member["key"].name ?? member["key"].value
    const text = textOf(docComment(tree, member)?.text)
    const lacks = (problem: string) => [
      { file: tree.file, line: lineOf(tree, member.start), name: `${name}.${key}`, problem }
    ]
    if (!hasWords(text)) return lacks("no words")
    if (!isOptions || unit.test(text)) return []
    const type = tree.text.slice(member["typeAnnotation"]?.start ?? member.end, member.end)
    if (/\bDuration\.(?:Input|Duration)\b/.test(type) && member["optional"] === true) {
      return lacks('no default with its unit ("Default: 30 days.")')
    }
    return /\bnumber\b/.test(type) && isMeasure.test(key) ? lacks("no unit (seconds, bytes, characters, ...)") : []
  })

/** What the tags of a name lack; a schema and the type of the same name have them once. */
const tagProblems = (texts: ReadonlyArray<string>, expected: string | undefined): ReadonlyArray<string> => {
  const named = texts.map((text) => [...text.matchAll(/^@category[ \t]*(.*)$/gm)].map(([, it = ""]) => it.trim()))
  const all = named.flat()
  const found: Array<string> = []
  if (!texts.some((text) => /^@since \d+\.\d+\.\d+$/m.test(text))) found.push("no @since")
  if (all.length === 0) found.push(`no @category${expected === undefined ? "" : ` (${expected})`}`)
  for (const it of all) if (!categories.includes(it)) found.push(`unknown @category ${it}`)
  if (new Set(all).size > 1 || named.some((own) => own.length > 1)) {
    found.push(`more than one @category: ${all.join(", ")}`)
  } else if (expected !== undefined && all[0] !== undefined && all[0] !== expected) {
    found.push(`@category ${all[0]}, where it is one of ${expected}`)
  }
  return found
}

/** What the exports of one module lack. */
const moduleProblems = (from: Package, module: string, seen: Set<string>): ReadonlyArray<Problem> => {
  const names = publicNames(from, module)
  const methods = new Set(names.flatMap((each) => serviceOf(each) ?? []).map(({ key }) => key?.name))
  const withExample = new Set(names.filter(({ comment }) => comment?.includes("```")).map(({ name }) => name))
  const hasExample = (name: string): boolean => withExample.has(name)

  return [...new Set(names.map(({ name }) => name))].flatMap((name): ReadonlyArray<Problem> => {
    const all = names.filter((each) => each.name === name)
    const { line, node, tree } = all[0]!
    // What one module of a package passes on from another is looked at once.
    if (seen.has(`${tree.file} ${node.start}`)) return []
    seen.add(`${tree.file} ${node.start}`)

    const texts = all.map(({ comment }) => textOf(comment))
    const isAccessor = methods.has(name) && all.some(({ kind }) => kind === "constant" || kind === "function")
    const lacks: Array<string> = texts.some(hasWords) ? [] : ["no words"]
    if (!isShared(module)) {
      const expected = all.map((each) => categoryOf(each, isAccessor)).find((it) => it !== undefined)
      lacks.push(...tagProblems(texts, expected))
      if (withExamples.has(from.folder)) {
        // An example of a layer with its options is one of the layer, and the other way round.
        const twin = name.endsWith("With") ? name.slice(0, -4) : `${name}With`
        if (isLayer(name) && !hasExample(name) && !hasExample(twin)) lacks.push("no example, as every layer has")
        if (isAccessor && !hasExample(name)) lacks.push("no example, as every accessor has")
      }
    }
    return [
      ...lacks.map((problem) => ({ file: tree.file, line, name, problem })),
      ...all.flatMap((each) => [
        ...memberProblems(each, serviceOf(each) ?? [], false),
        ...(each.kind === "interface" && name.endsWith("Options")
          ? memberProblems(each, each.node["body"].body, true)
          : [])
      ])
    ]
  })
}

/** What the doc comments of one package lack. */
export const problems = (from: Package): ReadonlyArray<Problem> => {
  const seen = new Set<string>()
  return [...publicModules(from), ...admitted(from).filter(isShared)].flatMap((module) => {
    const tree = parse(path.join(from.sources, `${module}.ts`))
    const links = tree.comments.flatMap(({ start, text }) =>
      linkProblems(textOf(text)).map((problem) => ({ file: tree.file, line: lineOf(tree, start), name: "-", problem }))
    )
    return [...moduleProblems(from, module, seen), ...links]
  })
}

if (import.meta.main) {
  const root = process.cwd()
  const given = process.argv.slice(2).filter((it) => it !== "--")
  const isAsked = ({ folder }: Package) => given.length === 0 || given.some((it) => path.basename(it) === folder)
  const found = packages(root).filter(isAsked).flatMap(problems)
  for (const { file, line, name, problem } of found) {
    console.log(`${path.relative(root, file)}:${line} ${name}: ${problem}`)
  }
  process.exitCode = found.length === 0 ? 0 : 1
}
