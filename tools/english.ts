// What breaks the rules of CONTRIBUTING.md on English, one line each: `npx node tools/english.ts packages/core`, or
// more files and folders, or none for all of the working directory. It reads comments, texts for people in strings, and
// Markdown. Rules 3, 4, 7 and 9 are for the reviewer, but "nobody", the usual sign of rule 3, is counted.
import fs from "node:fs"
import path from "node:path"

import { type Node, parse, walk } from "./SyntaxTree.ts"

export interface Finding {
  readonly file: string
  readonly line: number
  readonly rule: number
  readonly text: string
}

/** In all files together, fewer than this. */
export const nobodies = 10

const longest = 120

/** Each with what it is about. Words may be parted by the end of a line. */
const rules: ReadonlyArray<{ readonly rule: number; readonly pattern: RegExp }> = [
  // They for people.
  { rule: 1, pattern: /\b(?:he|his|him|himself|she|her|hers|herself)\b/gi },
  // "Whoever comes late", and "Who comes late waits": a sentence that begins with who is a question or has the wrong
  // subject.
  { rule: 2, pattern: /\bwho(?:m|so)?ever\b|\b(?:of|to|by|from|with|for|than|only)\s+who\b/gi },
  { rule: 2, pattern: /(?:\bWhom?|(?<=[:;]\s+)whom?)\b(?![^.:;?\0¶]*\?)/g },
  // A limit is "at most" or "the number of". "So many that" is none.
  { rule: 5, pattern: /\b(?:so\s+many|so\s+much|for\s+so\s+long)\b(?![^.;:\0¶]{0,60}\bthat\b)/gi },
  { rule: 6, pattern: /\bbelong(?:s|ed|ing)?\s+into\b/gi },
  // "Is not a", but "there is no", "is no longer", "is no better than" and "is no reason to" are usual.
  {
    rule: 8,
    pattern:
      /(?<!\bthere\s+)\b(?:is|are|was|were)\s+no\s+(?!more\b|less\b|worse\b|(?:long|bett|fast|slow|larg|small|low|high|oth|few)er\b|one\b|use\b|reason\b)/gi
  }
]

const nobody = /\bnobody\b/gi

/** Everything but white space becomes a mark, which no pattern reads across; so places stay where they are. */
const masked = (text: string): string => text.replaceAll(/\S/g, "\0")

/** What is code in a text for people, and addresses. */
const withoutCode = (text: string): string =>
  text
    .replaceAll(/^([ \t]*(?:\*|\/\/)?[ \t]*)```.*?^[ \t]*(?:\*|\/\/)?[ \t]*```/gms, masked)
    .replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length))
    .replaceAll(/https?:\/\/[^\s)}>]+/g, (address) => "x".repeat(address.length))

interface Span {
  readonly start: number
  readonly end: number
  readonly isComment: boolean
}

/** The comments of a program, and its strings that are sentences rather than names. */
const spansOf = (file: string, source: string): ReadonlyArray<Span> => {
  const { comments, program } = parse(file, source)
  const spans: Array<Span> = comments.map(({ end, start }) => ({ start, end, isComment: true }))
  walk(program as Node, ({ end, start, type, value }) => {
    const isText = type === "TemplateElement" || type === "JSXText" || (type === "Literal" && typeof value === "string")
    if (isText && /[a-z,.] [a-z]/i.test(source.slice(start, end))) spans.push({ start, end, isComment: false })
  })
  return spans.toSorted((a, b) => a.start - b.start)
}

/** A program's text for people alone, at its places: comments that follow one another are one text. */
const proseOfProgram = (file: string, source: string): string => {
  let prose = ""
  let at = 0
  for (const { end, isComment, start } of spansOf(file, source)) {
    const between = source.slice(at, start)
    prose += isComment && between.trim() === "" ? between : masked(between)
    const text = source.slice(start, end)
    // The marks of a comment are not words.
    prose += isComment
      ? withoutCode(text).replaceAll(/^[ \t]*(?:\/\*\*?|\/\/|\*\/|\*)|\*\/$/gm, (mark) => " ".repeat(mark.length))
      : withoutCode(text)
    at = end
  }
  return prose + masked(source.slice(at))
}

/** Paragraphs, rows and items of a list are apart. */
const proseOfMarkdown = (source: string): string =>
  withoutCode(source).replaceAll(/\n(?=\s*(?:\n|[-*|#>]|\d+\.))/g, "\n¶")

/** Of a file with `#` comments, their lines. */
const proseOfScript = (source: string): string =>
  source
    .split("\n")
    .map((line) => (/^\s*#(?!!)/.test(line) ? line.replace("#", " ") : masked(line)))
    .join("\n")

const isProgram = (file: string): boolean => /\.(?:[cm]?[jt]sx?|ts\.template)$/.test(file)
const isMarkdown = (file: string): boolean => /\.md(?:\.template)?$/.test(file)

const proseOf = (file: string, source: string): string => {
  // What a generator fills in is a name.
  const text = source.replaceAll(/<%.*?%>/gs, (mark) => mark.replaceAll(/[^\n]/g, "x"))
  if (isProgram(file)) return proseOfProgram(file.replace(/\.template$/, ""), text)
  return isMarkdown(file) ? proseOfMarkdown(text) : proseOfScript(text)
}

/** A line of a comment, or one of Markdown, outside of tables and code. A long address cannot be wrapped. */
const isTooLong = (file: string, line: string, prose: string): boolean => {
  if (line.length <= longest || line.split(/\s+/).some((word) => word.length > longest - 20)) return false
  if (isMarkdown(file)) return !/^\s*\|/.test(line) && !/^\s*\0/.test(prose)
  // The mark of a comment is not in the prose.
  return isProgram(file) ? /^\s*(?:\/\/|\/?\*)/.test(line) && prose[line.search(/\S/)] === " " : /^\s*#/.test(line)
}

export interface Read {
  readonly findings: ReadonlyArray<Finding>
  /** Where "nobody" is said. */
  readonly nobodies: ReadonlyArray<Finding>
}

/** What breaks the rules in the text of a file. */
export const read = (file: string, source: string): Read => {
  const prose = proseOf(file, source)
  const lines = source.split("\n")
  const proseLines = prose.split("\n")
  const at = (rule: number, index: number): Finding => {
    const line = prose.slice(0, index).split("\n").length
    return { file, line, rule, text: lines[line - 1]!.trim() }
  }
  const long = lines.flatMap((line, index) =>
    isTooLong(file, line, proseLines[index] ?? "") ? [{ file, line: index + 1, rule: 10, text: line.trim() }] : []
  )
  const found = rules.flatMap(({ pattern, rule }) =>
    [...prose.matchAll(pattern)].map((match) => at(rule, match.index + match[0].search(/\S/)))
  )
  return {
    findings: [...found, ...long].toSorted((a, b) => a.line - b.line),
    nobodies: [...prose.matchAll(nobody)].map(({ index }) => at(3, index))
  }
}

/** The files that are read, below some folders of a repository. Changelogs and changesets say how it was. */
export const filesOf = (root: string, places: ReadonlyArray<string> = ["."]): ReadonlyArray<string> =>
  places
    .flatMap((place) => {
      const from = path.join(root, place)
      if (fs.statSync(from).isFile()) return [path.normalize(place)]
      return fs
        .globSync("**/*.{ts,tsx,mts,cts,js,mjs,cjs,md,yml,template}", {
          cwd: from,
          exclude: (name) => /^(?:node_modules|dist|build|\.git|\.nx|\.changeset|openapi)$/.test(path.basename(name))
        })
        .map((file) => path.join(place, file))
    })
    .concat(places.includes(".") ? [".ci/run"] : [])
    .filter((file) => !/CHANGELOG\.md$|(?:^|\/)english(?:\.test)?\.ts$/.test(file))
    .filter((file) => !file.endsWith(".template") || isProgram(file) || isMarkdown(file))
    .toSorted()

export interface Allowed {
  readonly file: string
  readonly rule: number
  /** The line as it is, without what is around it. */
  readonly text: string
  readonly why: string
}

const isAllowed = (allowed: ReadonlyArray<Allowed>, finding: Finding): boolean =>
  allowed.some(({ file, rule, text }) => file === finding.file && rule === finding.rule && text === finding.text)

/** What breaks the rules and is not allowed, what is allowed and not there any more, and each "nobody". */
export const check = (root: string, allowed: ReadonlyArray<Allowed>, places?: ReadonlyArray<string>) => {
  const all = filesOf(root, places).map((file) => read(file, fs.readFileSync(path.join(root, file), "utf8")))
  const findings = all.flatMap((it) => it.findings)
  return {
    findings: findings.filter((finding) => !isAllowed(allowed, finding)),
    stale: allowed.filter((entry) => !findings.some((finding) => isAllowed([entry], finding))),
    nobodies: all.flatMap((it) => it.nobodies)
  }
}

/** Lines that may stay as they are; the list may only shrink. */
export const allowedLines = (root: string): ReadonlyArray<Allowed> =>
  JSON.parse(fs.readFileSync(path.join(root, "tools/english.allowed.json"), "utf8"))

if (import.meta.main) {
  const root = process.cwd()
  const given = process.argv.slice(2).filter((it) => it !== "--")
  const allowed = fs.existsSync(path.join(root, "tools/english.allowed.json")) ? allowedLines(root) : []
  const found = check(root, allowed, given.length > 0 ? given : undefined)
  for (const { file, line, rule, text } of found.findings) console.log(`${file}:${line} rule ${rule}: ${text}`)
  for (const { file, line, text } of found.nobodies) console.log(`${file}:${line} (rule 3) nobody: ${text}`)
  console.log(`${found.findings.length} lines break a rule`)
  console.log(`"nobody" is said ${found.nobodies.length} times here; less than ${nobodies} in all`)
  process.exitCode = found.findings.length === 0 ? 0 : 1
}
