// Every TypeScript example of the README, of docs and of a doc comment compiles, as a user's program would, and those
// of doc comments run.
import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, beforeAll, describe, expect, it } from "vitest"

import { collect, examplesOf, problems } from "../docExamples.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const out = path.join(root, "tools", "build", "examples")
const examples = collect(root)

/** A module with one example, which begins in line 4. */
const fixture = (file: string, ...code: ReadonlyArray<string>) =>
  examplesOf(
    file,
    ["/**", " * @example", " * ```ts", ...code.map((line) => ` * ${line}`.trimEnd()), " * ```", " */"].join("\n")
  )

const effect = 'import * as Effect from "effect/Effect"'
const fixtures = [
  ...fixture("right.ts", "1 + 1 // => 2", "const two = 2", "// => 2", "String(two) // => '2'"),
  ...fixture("wrong.ts", "1 + 1", "1 + 1 // => 3", 'const text = "a" // => "b"'),
  ...fixture("effect.ts", effect, "Effect.succeed(1) // => 1", "Effect.succeed(1) // => 2"),
  ...fixture(
    "program.ts",
    effect,
    "const program = Effect.gen(function* () {",
    "  yield* Effect.succeed({ a: 1 }) // => { a: 2 }",
    "  return yield* Effect.succeedSome(1) // => Option.some(1)",
    "})"
  ),
  ...fixture(
    "services.ts",
    effect,
    'import * as SignIn from "@le-auth/core/SignIn"',
    'Effect.map(SignIn.start(), ({ url }) => new URL(url).searchParams.get("response_type")) // => "code"'
  ),
  ...fixture("fails.ts", effect, "", 'Effect.fail(new Error("on purpose"))'),
  ...fixture("throws.ts", 'throw new Error("on purpose")'),
  ...fixture("never.ts", "const f = () => {", "  return 1 // => 1", "}"),
  ...fixture("nothing.ts", "// => 1"),
  ...fixture("tight.ts", "1 + 1 //=> 3", "1 + 1 // =>  3"),
  ...fixture("declares.ts", "declare const a: number", "const b = a"),
  ...fixture("compiled.ts", "// compiled only", "declare const a: number", "a // => 1"),
  { file: "shown.md", line: 4, code: "2 // => 3\n" },
  { file: "quiet.md", line: 4, code: 'throw new Error("not run")\n' }
]

// All in one process of Node: most of its time is spent with loading.
let found: ReadonlyArray<string> = []
beforeAll(() => {
  found = problems(root, [...examples, ...fixtures]).map((it) => `${it.file}:${it.line} ${it.problem}`)
})
const isFixture = (problem: string) => fixtures.some(({ file }) => problem.startsWith(`${file}:`))

describe("examples", () => {
  it("all compile", () => {
    assert.isAbove(examples.length, 10)
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    examples.forEach(({ code, file, line }, index) => {
      const name = `${String(index).padStart(3, "0")}-${file.replaceAll(/[^\w]+/g, "-")}.ts`
      writeFileSync(path.join(out, name), `// ${file}:${line}\n${code}\nexport {}\n`)
    })
    writeFileSync(
      path.join(out, "tsconfig.json"),
      JSON.stringify({
        extends: path.join(root, "tsconfig.base.json"),
        include: ["*.ts"],
        compilerOptions: {
          composite: false,
          incremental: false,
          declarationMap: false,
          sourceMap: false,
          noEmit: true,
          allowImportingTsExtensions: true,
          rewriteRelativeImportExtensions: false,
          lib: ["ES2023", "DOM", "DOM.Iterable"],
          types: ["node"],
          noUnusedLocals: false,
          plugins: [
            {
              name: "@effect/language-service",
              diagnosticSeverity: {
                // An example may stop at the effect that it makes.
                floatingEffect: "off",
                // Those of the packages without Effect are for programs that have none.
                globalConsole: "off",
                globalDate: "off",
                globalFetch: "off"
              }
            }
          ]
        }
      })
    )
    try {
      execFileSync(path.join(root, "node_modules", ".bin", "tsc"), ["-p", out], { encoding: "utf8", stdio: "pipe" })
    } catch (error) {
      assert.fail(String((error as { stdout: string }).stdout))
    }
  })

  it("run, and have the values that they show", () => {
    expect(found.filter((problem) => !isFixture(problem))).toEqual([])
  })

  it("with another value, that fail, or that compare nothing are found, with file and line", () => {
    expect(found.filter(isFixture).toSorted()).toEqual([
      "declares.ts:4 declares what it does not have, so it begins with // compiled only",
      "effect.ts:6 shows 2, but it is 1",
      "fails.ts:6 fails: Error: on purpose",
      "never.ts:5 shows a value that nothing computes",
      "nothing.ts:4 shows the value of nothing",
      "program.ts:6 shows { a: 2 }, but it is { a: 1 }",
      "shown.md:4 shows 3, but it is 2",
      "throws.ts:4 does not run: Error: on purpose",
      "tight.ts:4 shows a value otherwise than by // => value",
      "tight.ts:5 shows 3, but it is 2",
      "wrong.ts:5 shows 3, but it is 2",
      "wrong.ts:6 shows 'b', but it is 'a'"
    ])
  })
})
