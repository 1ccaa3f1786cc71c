// Which tests that name a requirement check nothing: an index (requirements.ts) cannot know. A test checks something if
// its body calls `assert` or `expect`, or names something of the test folders that does, however far away; or if the
// compiler checks it, which expects an error in it. What it checks, only a reader can say, and `npm run mutate`.
import fs from "node:fs"
import path from "node:path"

import { parseSync } from "rolldown/utils"

import { testFiles } from "./requirements.ts"

const isNumbered = (text: unknown) => typeof text === "string" && /^(?:[A-KR]\d{1,2}(?:, | and |: ))+/.test(text)

interface Module {
  readonly program: any
  readonly text: string
  /** What is declared in it, at any depth, by name. */
  readonly declared: Map<string, any[]>
  /** From other files of the tests; `*` is all of one. */
  readonly imported: Map<string, { file: string; name: string }>
}

/** The numbered tests without an assertion, as "file: title". */
export function withoutAssertion(root: string) {
  const modules = new Map<string, Module>()
  const load = (file: string) => {
    const known = modules.get(file) ?? read(file)
    modules.set(file, known)
    return known
  }

  /** Nodes that are known to, since many tests share a helper. */
  const asserting = new Set()

  const asserts = (node: any, module: Module, seen = new Set<unknown>()): boolean => {
    if (asserting.has(node)) return true
    if (seen.has(node)) return false
    seen.add(node)
    const result = looksFor(node, module, seen)
    if (result) asserting.add(node)
    return result
  }
  const looksFor = (node: any, module: Module, seen: Set<unknown>) => {
    const member =
      node.type === "MemberExpression" && !node.computed ? module.imported.get(node.object.name) : undefined
    if (member?.name === "*") return declares(member.file, node.property.name, seen)
    if (node.type !== "Identifier") return childrenOf(node).some((child) => asserts(child, module, seen))
    if (node.name === "assert" || node.name === "expect") return true
    const imported = module.imported.get(node.name)
    return imported === undefined
      ? (module.declared.get(node.name) ?? []).some((declared) => asserts(declared, module, seen))
      : declares(imported.file, imported.name, seen)
  }
  const declares = (file: string, name: string, seen: Set<unknown>) => {
    const module = load(file)
    return (module.declared.get(name) ?? []).some((node) => asserts(node, module, seen))
  }

  return testFiles(root).flatMap((file) => {
    const module = load(path.join(root, file))
    return testsOf(module.program)
      .filter(({ bodies }) => !bodies.some((body) => asserts(body, module) || isForCompiler(body, module)))
      .map(({ title }) => `${file}: ${title}`)
  })
}

const isForCompiler = ({ end, start }: any, { text }: Module) => text.slice(start, end).includes("// @ts-expect-error")

/**
 * The tests with a number: calls such as `it.effect("R1: ...", ...)`, rows of `it.each`, and cases of a contract with a
 * `name`.
 */
function testsOf(program: any) {
  const found: Array<{ title: string; bodies: any[] }> = []
  /** @param rows the calls of `each` that the node is a row of */
  const visit = (node: any, rows: any[]) => {
    if (node.type === "CallExpression") {
      const [first, ...bodies] = node.arguments
      const title = textOf(first)
      if (isNumbered(title)) found.push({ title, bodies })
    }
    if (node.type === "ObjectExpression") {
      const title = textOf(node.properties.find(({ key }: any) => key?.name === "name")?.value)
      if (isNumbered(title)) found.push({ title, bodies: [node] })
    }
    if (node.type === "ArrayExpression" && rows.length > 0) {
      const title = textOf(node.elements[0])
      if (isNumbered(title)) found.push({ title, bodies: rows })
    }
    const isEach = node.type === "CallExpression" && /^(?:each|for)$/.test(node.callee.callee?.property?.name)
    for (const child of childrenOf(node)) visit(child, isEach && child === node.callee ? node.arguments.slice(1) : rows)
  }
  visit(program, [])
  return found
}

const textOf = (node: any): string => (node?.type === "TemplateLiteral" ? node.quasis[0].value.cooked : node?.value)

/** The nodes below one; not the names of members, which refer to nothing. */
function childrenOf(node: any) {
  const children: any[] = []
  for (const name in node) {
    if ((name === "property" || name === "key") && !node.computed) continue
    const value = node[name]
    if (Array.isArray(value)) children.push(...value.filter((child) => typeof child?.type === "string"))
    else if (typeof value?.type === "string") children.push(value)
  }
  return children
}

function read(file: string): Module {
  const text = fs.readFileSync(file, "utf8")
  const { program } = parseSync(file, text)
  const module: Module = { program, text, declared: new Map(), imported: new Map() }
  const declare = (pattern: any, node: any) => {
    if (pattern?.type === "Identifier") {
      module.declared.set(pattern.name, [...(module.declared.get(pattern.name) ?? []), node])
    } else if (pattern?.type === "ObjectPattern") {
      for (const { argument, value } of pattern.properties) declare(value ?? argument, node)
    }
  }
  const visit = (node: any) => {
    if (node.type === "VariableDeclarator" && node.init !== null) declare(node.id, node.init)
    if (node.type === "FunctionDeclaration") declare(node.id, node.body)
    if (node.type === "ImportDeclaration" && node.source.value.startsWith(".")) {
      for (const { imported, local } of node.specifiers) {
        const name = imported?.name ?? "*"
        module.imported.set(local.name, { file: path.resolve(path.dirname(file), node.source.value), name })
      }
    }
    for (const child of childrenOf(node)) visit(child)
  }
  visit(program)
  return module
}
