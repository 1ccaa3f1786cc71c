// Runs the examples of doc comments and compares the values that they show:
// `npx node tools/docExamples.ts packages/core`, or more folders and files, or none for all of the working directory.
// CONTRIBUTING.md says how an example shows a value, and when it is `// compiled only`. That all of them compile is
// what tools/test/examples.test.ts finds out.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

import { parseSync } from "rolldown/utils"

import { type Node, walk } from "./SyntaxTree.ts"

/** An example as it stands in a file of the repository. */
export interface Example {
  readonly file: string
  /** The line of the file that its first line is. */
  readonly line: number
  readonly code: string
}

/** The TypeScript examples of a file: of the doc comments of a module, or of Markdown. */
export const examplesOf = (file: string, text: string): ReadonlyArray<Example> => {
  const plain = file.endsWith(".ts") ? text.replaceAll(/^[ \t]*\* ?/gm, "") : text
  return [...plain.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    file,
    line: plain.slice(0, match.index).split("\n").length + 1,
    code: match[1] ?? ""
  }))
}

/** All examples of a repository, or of some of its folders. */
export const collect = (root: string, places: ReadonlyArray<string> = []): ReadonlyArray<Example> =>
  fs
    .globSync(["README.md", "docs/**/*.md", "{packages,apps}/*/README.md", "packages/*/src/**/*.ts"], { cwd: root })
    .filter((file) => places.length === 0 || places.some((place) => file === place || file.startsWith(`${place}/`)))
    .toSorted()
    .flatMap((file) => examplesOf(file, fs.readFileSync(path.join(root, file), "utf8")))

const mark = /^\/\/ compiled only\b/

/** Those of doc comments run unless they say otherwise, those of Markdown if they show a value. */
const runs = ({ code, file }: Example): boolean =>
  file.endsWith(".ts") ? !mark.test(code) : /\/\/ => /.test(code) && !mark.test(code)

/** What may stand in a shown value without an import. */
const known = ["Duration", "Option", "Redacted", "Result"]

export interface Problem {
  readonly file: string
  readonly line: number
  readonly problem: string
}

/**
 * An example that runs: what it shows is compared with what it has, and what is an effect is run. The lines stay where
 * they are.
 */
export const rewrite = (example: Example): { readonly code: string; readonly problems: ReadonlyArray<Problem> } => {
  const { code } = example
  const { comments, program } = parseSync("example.ts", code)
  const lineOf = (at: number) => example.line + code.slice(0, at).split("\n").length - 1
  const problems: Array<Problem> = []
  const edits: Array<{ readonly at: number; readonly text: string }> = []
  const around = (node: Node, before: string, after: string) => {
    edits.push({ at: node.start, text: before }, { at: node.end, text: after })
  }

  const statements: Array<Node> = []
  const uses = new Map<string, number>()
  walk(program as Node, (node) => {
    if (/^(?:ExpressionStatement|VariableDeclaration|ReturnStatement)$/.test(node.type)) statements.push(node)
    if (node.type === "Identifier") uses.set(node["name"], (uses.get(node["name"]) ?? 0) + 1)
  })
  const valueOf = (statement: Node): Node | undefined =>
    statement["expression"] ?? statement["argument"] ?? statement["declarations"]?.at(-1)?.init

  const shown = new Set<Node>()
  for (const { start, value } of comments) {
    const text = /^ => (.+)$/.exec(value)?.[1]
    if (text === undefined) {
      if (/^\s*(?:=>|⇒)/.test(value)) {
        problems.push({
          file: example.file,
          line: lineOf(start),
          problem: "shows a value otherwise than by // => value"
        })
      }
      continue
    }
    // The statement that ends there, or in the line above; of several the innermost.
    const statement = statements
      .filter(({ end }) => end <= start && /^[ \t;]*(?:\n[ \t]*)?$/.test(code.slice(end, start)))
      .toSorted((a, b) => b.start - a.start)[0]
    const node = statement && valueOf(statement)
    if (node === undefined) {
      problems.push({ file: example.file, line: lineOf(start), problem: "shows the value of nothing" })
      continue
    }
    shown.add(node)
    around(node, "__shows((", `), () => (${text}), ${lineOf(start)})`)
  }

  const last: Array<string> = []
  for (const each of program.body as ReadonlyArray<Node>) {
    const statement: Node = each["declaration"] ?? each
    const node = valueOf(statement)
    if (node === undefined || shown.has(node)) continue
    if (statement.type === "ExpressionStatement") around(node, "__run((", `), ${lineOf(node.start)})`)
    // An effect that nothing else of the example uses is the program.
    const name = statement["declarations"]?.at(-1)?.id.name
    if (statement.type === "VariableDeclaration" && uses.get(name) === 1) {
      last.push(`__run(${name}, ${lineOf(node.start)})`)
    }
  }

  const imported = new Set([...code.matchAll(/import[^"']*/g)].flatMap(([names]) => names.match(/\w+/g) ?? []))
  const injected = known.flatMap((name) =>
    !imported.has(name) && new RegExp(`// => .*\\b${name}\\.`).test(code)
      ? [`import * as ${name} from "effect/${name}";`]
      : []
  )
  const lines =
    shown.size === 0 ? [] : comments.filter(({ value }) => / => /.test(value)).map(({ start }) => lineOf(start))
  let result = code
  for (const { at, text } of edits.toReversed().toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + text + result.slice(at)
  }
  const head = `import { example as __example } from "./example.ts"; const { __run, __shows } = __example(${JSON.stringify(example.file)}, ${example.line}, ${JSON.stringify(lines)});`
  return { code: `${head} ${injected.join(" ")}\n${result}\n${last.join("\n")}\nexport {}\n`, problems }
}

/** What is wrong with the examples when they run, in one process of Node over the sources of the repository. */
export const problems = (root: string, examples: ReadonlyArray<Example>): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  const folder = path.join(root, "tools/build/running-examples")
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  fs.cpSync(path.join(import.meta.dirname, "docExamples"), folder, { recursive: true })
  const files: Array<string> = []
  for (const example of examples) {
    if (example.file.endsWith(".ts") && /\bdeclare\b/.test(example.code) && !mark.test(example.code)) {
      found.push({ ...example, problem: "declares what it does not have, so it begins with // compiled only" })
    } else if (runs(example)) {
      const name = `${String(files.length).padStart(3, "0")}-${example.file.replaceAll(/[^\w]+/g, "-")}.ts`
      const { code, problems } = rewrite(example)
      found.push(...problems)
      fs.writeFileSync(path.join(folder, name), code)
      files.push(name)
    }
  }
  fs.writeFileSync(path.join(folder, "examples.json"), JSON.stringify(files))
  const output = path.join(folder, "problems.json")
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--conditions=@le-auth/source", "--disable-warning=ExperimentalWarning", path.join(folder, "main.ts")],
    // What is kept for a user is kept here.
    { cwd: folder, encoding: "utf8", timeout: 300_000, env: { PATH: process.env["PATH"], HOME: folder } }
  )
  if (!fs.existsSync(output)) throw new Error(`The examples did not come to their end.\n${stdout}${stderr}`)
  found.push(...(JSON.parse(fs.readFileSync(output, "utf8")) as ReadonlyArray<Problem>))
  return found.map(({ file, line, problem }) => ({ file, line, problem }))
}

if (import.meta.main) {
  const root = process.cwd()
  const places = process.argv.slice(2).filter((it) => it !== "--")
  const examples = collect(
    root,
    places.map((place) => path.normalize(place).replace(/\/$/, ""))
  )
  const found = problems(root, examples)
  for (const { file, line, problem } of found) console.log(`${file}:${line} ${problem}`)
  console.log(`${examples.filter(runs).length} of ${examples.length} examples run; ${found.length} problems`)
  process.exitCode = found.length === 0 ? 0 : 1
}
