// Wraps comments and Markdown at 120 characters, paragraph by paragraph and only where a line is longer: the formatter
// does neither. `npx node tools/wrap.ts packages/core`, or files.
import fs from "node:fs"
import path from "node:path"

import { parse } from "./SyntaxTree.ts"

const longest = 120

/** What is not parted: code, links, words. */
const tokens = /(?:`[^`]*`|\{@link[^}]*\}|\[[^\]]*\]\([^)]*\)|\S)+/g

/** Such a word would begin something else at the start of a line. */
const isMark = (word: string): boolean => /^(?:[-+*|>#]+|1[.)]|@\S*|```.*)$/.test(word)

const item = /^(\s*)(?:[-*+]|\d+[.)])\s+/
const tag = /^(\s*)@\w+/

/** The lines of one paragraph, wrapped. */
const paragraph = (lines: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const first = lines[0]!
  if (lines.every((line) => line.length <= width) || lines.some((line) => /(?: {2}|\\)$/.test(line))) return lines
  const indent = /^\s*/.exec(first)![0]
  const own = item.exec(first)?.[0].length ?? (tag.test(first) ? indent.length + 2 : indent.length)
  const hanging = lines[1] === undefined ? " ".repeat(own) : /^\s*/.exec(lines[1])![0]
  const wrapped: Array<string> = []
  let line = indent
  for (const word of lines.join(" ").trim().match(tokens) ?? []) {
    const isEmpty = line.trim() === ""
    if (!isEmpty && line.length + 1 + word.length > width && !isMark(word)) {
      wrapped.push(line)
      line = hanging + word
    } else {
      line += (isEmpty ? "" : " ") + word
    }
  }
  return [...wrapped, line]
}

/** Lines of Markdown, as it is in files and in comments, each of at most `width` characters. */
export const wrapLines = (lines: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const result: Array<string> = []
  let open: Array<string> = []
  let isCode = false
  const close = () => {
    if (open.length > 0) result.push(...paragraph(open, width))
    open = []
  }
  for (const line of lines) {
    const isFence = /^\s*```/.test(line)
    if (isFence) isCode = !isCode
    if (isFence || isCode || line.trim() === "" || /^\s*(?:[|#<>]|-{3}|oxlint-|@ts-|\/\s)/.test(line)) {
      close()
      result.push(line)
      continue
    }
    const before = open.at(-1)
    const isNew = item.test(line) || tag.test(line)
    const isHanging = before !== undefined && (open.length === 1 || /^\s*/.exec(line)![0] === /^\s*/.exec(before)![0])
    if (isNew || !isHanging) close()
    open.push(line)
  }
  close()
  return result
}

/** A comment that has its lines for itself. */
const block = /^\/\*\*?(?:[ \t]([^\n]*?)[ \t]*\*\/|[ \t]*\n((?:[ \t]*\*[^\n]*\n)*?)[ \t]*\*\/)$/

const wrapBlock = (text: string, indent: string): string => {
  const found = block.exec(text)
  if (
    found === null ||
    text.split("\n").every((line, index) => (index === 0 ? indent + line : line).length <= longest)
  ) {
    return text
  }
  const lines = found[1] === undefined ? found[2]!.split("\n").slice(0, -1) : [found[1]]
  const width = longest - indent.length - 3
  const wrapped = wrapLines(
    lines.map((line) => line.replace(/^[ \t]*\*[ \t]?/, "")),
    width
  )
  const inner = wrapped.map((line) => `${indent} * ${line}`.trimEnd())
  return `${text.startsWith("/**") ? "/**" : "/*"}\n${inner.join("\n")}\n${indent} */`
}

/** The comments of a program. */
export const wrapProgram = (file: string, source: string): string => {
  let result = source
  for (const { end, start, text } of parse(file, source).comments.toReversed()) {
    const lineStart = source.lastIndexOf("\n", start) + 1
    const indent = source.slice(lineStart, start)
    if (!text.startsWith("/*") || indent.trim() !== "" || source[end] !== "\n") continue
    result = result.slice(0, start) + wrapBlock(text, indent) + result.slice(end)
  }
  const comments = new Set(parse(file, result).comments.map(({ start }) => start))
  // Line comments that follow one another, at the same place.
  return result.replaceAll(/^([ \t]*)\/\/ [^\n]*(?:\n\1\/\/[^\n]*)*/gm, (text, indent: string, at: number) => {
    if (!comments.has(at + indent.length) || text.split("\n").every((line) => line.length <= longest)) return text
    const lines = text.split("\n").map((line) => line.slice(indent.length + 2).replace(/^ /, ""))
    return wrapLines(lines, longest - indent.length - 3)
      .map((line) => `${indent}// ${line}`.trimEnd())
      .join("\n")
  })
}

/** Markdown. */
export const wrapMarkdown = (source: string): string => wrapLines(source.split("\n"), longest).join("\n")

if (import.meta.main) {
  for (const place of process.argv.slice(2)) {
    const files = fs.statSync(place).isFile()
      ? [place]
      : fs
          .globSync("**/*.{ts,tsx,mts,js,mjs,cjs,md}", {
            cwd: place,
            exclude: (name) => /^(?:node_modules|dist|build|openapi)$|CHANGELOG/.test(path.basename(name))
          })
          .map((file) => path.join(place, file))
    for (const file of files) {
      const source = fs.readFileSync(file, "utf8")
      const wrapped = file.endsWith(".md") ? wrapMarkdown(source) : wrapProgram(file, source)
      if (wrapped !== source) fs.writeFileSync(file, wrapped)
    }
  }
}
