// Which tests that name a requirement check nothing: an index (requirements.mjs) cannot know. A test checks something if its body
// calls `assert` or `expect`, or names something of the test folders that does, however far away; or if the compiler checks it,
// which expects an error in it. What it checks, only a reader can say, and `npm run mutate`.
import fs from "node:fs"
import path from "node:path"

import { parseSync } from "rolldown/utils"

import { testFiles } from "./requirements.ts"

const isNumbered = (/** @type {unknown} */ text) =>
  typeof text === "string" && /^(?:[A-JR]\d{1,2}(?:, | and |: ))+/.test(text)

/**
 * @typedef {object} Module
 * @property {any} program
 * @property {string} text
 * @property {Map<string, any[]>} declared what is declared in it, at any depth, by name
 * @property {Map<string, { file: string, name: string }>} imported from other files of the tests; `*` is all of one
 */

/**
 * The numbered tests without an assertion, as "file: title".
 * @param {string} root
 */
export function withoutAssertion(root) {
  /** @type {Map<string, Module>} */
  const modules = new Map()
  const load = (/** @type {string} */ file) => {
    const known = modules.get(file) ?? read(file)
    modules.set(file, known)
    return known
  }

  /** Nodes that are known to, since many tests share a helper. */
  const asserting = new Set()

  /**
   * @param {any} node
   * @param {Module} module
   * @param {Set<unknown>} seen
   * @returns {boolean}
   */
  const asserts = (node, module, seen = new Set()) => {
    if (asserting.has(node)) return true
    if (seen.has(node)) return false
    seen.add(node)
    const result = looksFor(node, module, seen)
    if (result) asserting.add(node)
    return result
  }
  const looksFor = (/** @type {any} */ node, /** @type {Module} */ module, /** @type {Set<unknown>} */ seen) => {
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
  const declares = (/** @type {string} */ file, /** @type {string} */ name, /** @type {Set<unknown>} */ seen) => {
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

/** @param {any} node @param {Module} module */
const isForCompiler = ({ end, start }, { text }) => text.slice(start, end).includes("// @ts-expect-error")

/**
 * The tests with a number: calls such as `it.effect("R1: ...", ...)`, rows of `it.each`, and cases of a contract with a `name`.
 * @param {any} program
 */
function testsOf(program) {
  /** @type {Array<{ title: string, bodies: any[] }>} */
  const found = []
  /** @param {any} node @param {any[]} rows the calls of `each` that the node is a row of */
  const visit = (node, rows) => {
    if (node.type === "CallExpression") {
      const [first, ...bodies] = node.arguments
      const title = textOf(first)
      if (isNumbered(title)) found.push({ title, bodies })
    }
    if (node.type === "ObjectExpression") {
      const title = textOf(node.properties.find((/** @type {any} */ { key }) => key?.name === "name")?.value)
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

/** @param {any} node @returns {string} */
const textOf = (node) => (node?.type === "TemplateLiteral" ? node.quasis[0].value.cooked : node?.value)

/** The nodes below one; not the names of members, which refer to nothing. @param {any} node */
function childrenOf(node) {
  /** @type {any[]} */
  const children = []
  for (const name in node) {
    if ((name === "property" || name === "key") && !node.computed) continue
    const value = node[name]
    if (Array.isArray(value)) children.push(...value.filter((child) => typeof child?.type === "string"))
    else if (typeof value?.type === "string") children.push(value)
  }
  return children
}

/** @param {string} file @returns {Module} */
function read(file) {
  const text = fs.readFileSync(file, "utf8")
  const { program } = parseSync(file, text)
  /** @type {Module} */
  const module = { program, text, declared: new Map(), imported: new Map() }
  const declare = (/** @type {any} */ pattern, /** @type {any} */ node) => {
    if (pattern?.type === "Identifier") {
      module.declared.set(pattern.name, [...(module.declared.get(pattern.name) ?? []), node])
    } else if (pattern?.type === "ObjectPattern") {
      for (const { argument, value } of pattern.properties) declare(value ?? argument, node)
    }
  }
  const visit = (/** @type {any} */ node) => {
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
